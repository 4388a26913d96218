import { type NetworkNamespace, familyOf, formatIp, parseIp, vethPeer } from '@skoop/netstack';
import { type Cluster, type NodeState, namespaceOfPod } from '../cluster/cluster.ts';
import type { Pod } from '../cluster/objects.ts';
import { describeFinding } from '../codes/describe.ts';
import type { NetNodeRef } from '../contracts/net-node.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import { keyOf } from '../diagnose/owners.ts';
import { spoken } from '../diagnose/places.ts';
import { podMissing } from '../diagnose/source-places.ts';
import { objectEvidence, suspect } from '../diagnose/suspect.ts';
import { loopbackDown } from '../health/kernel.ts';

/** What must be true of a pod, whatever its CNI is: it has its addresses, on a device that leads out. */
export function checkPod(cluster: Cluster, pod: Pod, state: Extract<NodeState, { kind: 'dumped' }>): readonly Suspicion[] {
  const id = namespaceOfPod(state, pod);
  const inside = id === undefined ? undefined : state.host.namespaces.get(id);
  if (inside === undefined) return [{ ...podMissing(cluster, keyOf(pod)), cause: false }];
  if (inside.gaps.some(({ topic, kind }) => kind !== 'unsupported' && (topic === 'links' || topic === 'addresses'))) return [];
  const ends = pod.status.podIPs.flatMap((text) => {
    const address = parseIp(text);
    if (address === undefined) return [];
    const link = inside.links.find((one) => one.addresses.some(({ ip }) => ip === address));
    return link === undefined ? [addressMissing(pod, formatIp(address), inside)] : deviceOf(pod, state, inside, link.name);
  });
  return [...loopbackDown(cluster, state.host.id, inside), ...ends];
}

function addressMissing(pod: Pod, address: string, inside: NetworkNamespace): Suspicion {
  const family = familyOf(parseIp(address) ?? 0);
  const others = inside.links.flatMap(({ name, addresses }) =>
    addresses.filter(({ ip }) => name !== 'lo' && familyOf(ip) === family).map(({ source }) => source),
  );
  return suspect(
    'POD_ADDRESS_MISSING',
    'CRITICAL',
    { type: 'pod', id: keyOf(pod) },
    `No device of pod ${keyOf(pod)} has its address ${address}`,
    {
      evidence: [...others, objectEvidence('Pod', pod, '/status/podIPs', pod.status.podIPs)],
      remedy: `kubectl delete pod -n ${pod.metadata.namespace} ${pod.metadata.name}, so that it is made anew.`,
    },
  );
}

/** Both ends of the pair that the address is on must be up. */
function deviceOf(pod: Pod, state: Extract<NodeState, { kind: 'dumped' }>, inside: NetworkNamespace, name: string): readonly Suspicion[] {
  const link = inside.links.find((one) => one.name === name);
  const peer = vethPeer(state.host, inside.id, name);
  const outer = peer === undefined ? undefined : state.host.namespaces.get(peer.namespace)?.links.find((one) => one.name === peer.device);
  const down = [
    { end: link, on: { type: 'pod', id: keyOf(pod) } as NetNodeRef, namespace: inside.id },
    { end: outer, on: { type: 'node', id: state.host.id } as NetNodeRef, namespace: peer?.namespace ?? '' },
  ].filter(({ end }) => end !== undefined && !end.up);
  return down.flatMap(({ end, on, namespace }) =>
    end === undefined
      ? []
      : [
          describeFinding(
            { code: 'LINK_DOWN', host: state.host.id, namespace, evidence: [end.source], details: { device: end.name } },
            on,
            spoken(on),
            'CRITICAL',
            false,
          ),
        ],
  );
}

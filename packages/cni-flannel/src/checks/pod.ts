import type { Cluster, CniConfig, Pod, Suspicion } from '@skoop/core';
import { type Host, contains, familyOf, formatPrefix, parseIp, vethPeer } from '@skoop/netstack';
import { deviceOf } from '../expectations.ts';
import { podCidrEvidence, readNode } from '../flannel-node.ts';
import { linkOf, seen, settingsOf } from './view.ts';

/** How a pod hangs on its node. */
export function checkPod(cluster: Cluster, config: CniConfig, pod: Pod, host: Host): readonly Suspicion[] {
  if (pod.spec.hostNetwork) return [];
  return [...addresses(cluster, pod), ...port(cluster, config, pod, host)];
}

function suspectPod(
  pod: Pod,
  code: string,
  level: Suspicion['level'],
  message: string,
  rest: Pick<Suspicion, 'evidence' | 'remedy'>,
): Suspicion {
  return { code, level, on: { type: 'pod', id: nameOf(pod) }, message, ...rest };
}

function nameOf({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** An address of a former pod network is routed elsewhere, or nowhere. */
function addresses(cluster: Cluster, pod: Pod): readonly Suspicion[] {
  const node = cluster.nodes.find(({ metadata }) => metadata.name === pod.spec.nodeName);
  if (node === undefined) return [];
  const own = readNode(node);
  return pod.status.podIPs.flatMap((text) => {
    const address = parseIp(text);
    if (address === undefined) return [];
    const cidrs = own.ends.filter(({ family }) => family === familyOf(address)).map(({ podCidr }) => podCidr);
    if (cidrs.length === 0 || cidrs.some((cidr) => contains(cidr, address))) return [];
    return [
      suspectPod(
        pod,
        'FLANNEL_POD_ADDRESS_OUTSIDE',
        'WARNING',
        `Pod ${nameOf(pod)} has ${text}, which is not of the pod network ${cidrs.map(formatPrefix).join(', ')} of its node ${own.name}.`,
        {
          evidence: [
            {
              object: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name },
              path: '/status/podIPs',
              value: pod.status.podIPs,
            },
            podCidrEvidence(own),
          ],
          remedy: `kubectl -n ${pod.metadata.namespace} delete pod ${pod.metadata.name}, so that it is made anew`,
        },
      ),
    ];
  });
}

function port(cluster: Cluster, config: CniConfig, pod: Pod, host: Host): readonly Suspicion[] {
  const state = cluster.hosts.get(pod.spec.nodeName);
  const id = state?.kind === 'dumped' ? (state.pods.get(nameOf(pod)) ?? state.pods.get(pod.metadata.uid)) : undefined;
  const inside = id === undefined ? undefined : host.namespaces.get(id);
  const root = host.namespaces.get(host.root);
  if (id === undefined || inside === undefined || root === undefined || !seen(inside, 'links') || !seen(root, 'links')) return [];
  const settings = settingsOf(config);
  const anew = `kubectl -n ${pod.metadata.namespace} delete pod ${pod.metadata.name}, so that it is made anew`;
  return inside.links.flatMap((link) => {
    const peer = vethPeer(host, id, link.name);
    const outer = peer?.namespace === host.root ? linkOf(root, peer.device) : undefined;
    if (link.name !== 'eth0' || outer === undefined) return [];
    if (outer.master !== settings.bridge)
      return [
        suspectPod(
          pod,
          'FLANNEL_POD_NOT_ON_BRIDGE',
          'WARNING',
          `The device ${outer.name} of pod ${nameOf(pod)} is ${outer.master === undefined ? 'no port of any bridge' : `a port of ${outer.master}`}, and should be one of ${settings.bridge}.`,
          {
            evidence: [outer.source],
            remedy: `ip link set ${outer.name} master ${settings.bridge} on ${pod.spec.nodeName}, or ${anew}`,
          },
        ),
      ];
    const found: Suspicion[] = [];
    if (settings.hairpin && outer.port?.hairpin === false && seen(root, 'bridge-ports'))
      found.push(
        suspectPod(
          pod,
          'FLANNEL_HAIRPIN_OFF',
          'WARNING',
          `The port ${outer.name} of pod ${nameOf(pod)} has hairpin mode off: the pod can't reach itself by a Service.`,
          {
            evidence: [outer.port.source],
            remedy: `bridge link set dev ${outer.name} hairpin on on ${pod.spec.nodeName}`,
          },
        ),
      );
    const tunnel = linkOf(root, deviceOf(settings, 4)?.name ?? '');
    if (tunnel !== undefined && link.mtu > tunnel.mtu)
      found.push(
        suspectPod(
          pod,
          'FLANNEL_MTU',
          'WARNING',
          `Pod ${nameOf(pod)} has MTU ${String(link.mtu)}, and the tunnel ${tunnel.name} of its node only ${String(tunnel.mtu)}: its large packets to other nodes must be refused by ICMP.`,
          {
            evidence: [link.source, tunnel.source],
            remedy: anew,
          },
        ),
      );
    else if (settings.podMtu !== undefined && link.mtu !== settings.podMtu)
      found.push(
        suspectPod(
          pod,
          'FLANNEL_MTU',
          'INFO',
          `Pod ${nameOf(pod)} has MTU ${String(link.mtu)}, and --flannel-pod-mtu says ${String(settings.podMtu)}.`,
          { evidence: [link.source], remedy: '' },
        ),
      );
    return found;
  });
}

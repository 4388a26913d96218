import type { Cluster, CniConfig, Pod, Suspicion } from '@skoop/core';
import { checkHostPorts, podField, podName, podPort, remakeCommand, seen, suspectPod } from '@skoop/core/cni';
import { type Host, contains, familyOf, formatPrefix, parseIp } from '@skoop/netstack';
import { carrierOf } from '../carrier.ts';
import { podCidrEvidence, readNode } from '../flannel-node.ts';
import { settingsOf } from './view.ts';

/** How a pod hangs on its node. */
export function checkPod(cluster: Cluster, config: CniConfig, pod: Pod, host: Host): readonly Suspicion[] {
  if (pod.spec.hostNetwork) return [];
  return [...addresses(cluster, pod), ...port(cluster, config, pod, host), ...checkHostPorts(pod, host, 'FLANNEL_HOSTPORT_MISSING')];
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
        `Pod ${podName(pod)} has ${text}, which is not of the pod network ${cidrs.map(formatPrefix).join(', ')} of its node ${own.name}.`,
        {
          evidence: [podField(pod, '/status/podIPs', pod.status.podIPs), podCidrEvidence(own)],
          remedy: remakeCommand(pod),
        },
      ),
    ];
  });
}

function port(cluster: Cluster, config: CniConfig, pod: Pod, host: Host): readonly Suspicion[] {
  const { link, root, outer } = podPort(cluster, pod, host) ?? {};
  if (link === undefined || root === undefined || outer === undefined) return [];
  const settings = settingsOf(config);
  if (outer.master !== settings.bridge)
    return [
      suspectPod(
        pod,
        'FLANNEL_POD_NOT_ON_BRIDGE',
        'WARNING',
        `The device ${outer.name} of pod ${podName(pod)} is ${outer.master === undefined ? 'no port of any bridge' : `a port of ${outer.master}`}, and should be one of ${settings.bridge}.`,
        {
          evidence: [outer.source],
          remedy: `ip link set ${outer.name} master ${settings.bridge} on ${pod.spec.nodeName}, or ${remakeCommand(pod)}`,
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
        `The port ${outer.name} of pod ${podName(pod)} has hairpin mode off: the pod can't reach itself by a Service.`,
        {
          evidence: [outer.port.source],
          remedy: `bridge link set dev ${outer.name} hairpin on on ${pod.spec.nodeName}`,
        },
      ),
    );
  const node = cluster.nodes.find(({ metadata }) => metadata.name === pod.spec.nodeName);
  const carrier = node === undefined ? undefined : carrierOf(root, settings, readNode(node));
  if (carrier !== undefined && link.mtu > carrier.mtu)
    found.push(
      suspectPod(
        pod,
        'FLANNEL_MTU',
        'WARNING',
        `Pod ${podName(pod)} has MTU ${String(link.mtu)}, and ${carrier.name} of its node only ${String(carrier.mtu)}: its large packets to other nodes must be refused by ICMP.`,
        {
          evidence: [link.source, carrier.source],
          remedy: remakeCommand(pod),
        },
      ),
    );
  else if (settings.podMtu !== undefined && link.mtu !== settings.podMtu)
    found.push(
      suspectPod(
        pod,
        'FLANNEL_MTU',
        'INFO',
        `Pod ${podName(pod)} has MTU ${String(link.mtu)}, and --flannel-pod-mtu says ${String(settings.podMtu)}.`,
        { evidence: [link.source], remedy: '' },
      ),
    );
  else if (link.mtu < outer.mtu)
    found.push(
      suspectPod(
        pod,
        'FLANNEL_MTU',
        'WARNING',
        `Pod ${podName(pod)} has MTU ${String(link.mtu)}, and ${outer.name}, the node's end of its veth pair, ${String(outer.mtu)}: larger packets for the pod are lost between them.`,
        {
          evidence: [link.source, outer.source],
          remedy: remakeCommand(pod),
        },
      ),
    );
  return found;
}

import type { Suspicion } from '@skoop/core';
import { ipCommand, linkOf, seen, suspectNode, uplinkOf } from '@skoop/core/cni';
import { type Link, type VxlanDevice, formatIp } from '@skoop/netstack';
import { annotationEvidence, endOf } from '../calico-node.ts';
import type { ExpectedDevice } from '../expectations.ts';
import type { NodeView } from './view.ts';

/** A tunnel's device. */
export function checkDevice(view: NodeView, expected: ExpectedDevice): readonly Suspicion[] {
  const { own, ns, agent } = view;
  const link = linkOf(ns, expected.name);
  if (link === undefined) {
    if (!seen(ns, 'links')) return [];
    const message = `Node ${own.name} has no device ${expected.name}: what its pods send to other nodes by ${WORDS[expected.kind]} gets nowhere.`;
    const evidence = [annotationEvidence(own, KEY[expected.kind], expected.family)];
    return [suspectNode(own, 'CALICO_DEVICE_MISSING', 'WARNING', message, { evidence, remedy: agent.restart })];
  }
  if (!link.up) {
    const message = `Calico's device ${link.name} on ${own.name} is down: the routes by it are gone.`;
    const remedy = `ip link set ${link.name} up on ${own.name}, or ${agent.restart}`;
    return [suspectNode(own, 'CALICO_DEVICE_DOWN', 'WARNING', message, { evidence: [link.source], remedy })];
  }
  return [
    ...(link.device.kind === 'vxlan' ? vxlan(view, expected, link, link.device) : []),
    ...address(view, expected, link),
    ...mtu(view, expected, link),
  ];
}

const WORDS = { ipip: 'IPIP', vxlan: 'VXLAN', wireguard: 'WireGuard' } as const;
const KEY = { ipip: 'ipip', vxlan: 'vxlan', wireguard: 'wireguard-key' } as const;

function vxlan(view: NodeView, { family }: ExpectedDevice, link: Link, device: VxlanDevice): readonly Suspicion[] {
  const { own, felix, agent } = view;
  const end = endOf(own, family);
  const anew = `${agent.restart}: Felix makes the device anew`;
  const found: Suspicion[] = [];
  if (device.vni !== felix.vxlanVni) {
    const message = `Device ${link.name} on ${own.name} has VNI ${String(device.vni)}, and Felix' is ${String(felix.vxlanVni)}: its packets are for nobody.`;
    found.push(suspectNode(own, 'CALICO_VNI_MISMATCH', 'WARNING', message, { evidence: [link.source], remedy: anew }));
  }
  if (device.port !== felix.vxlanPort) {
    const message = `Device ${link.name} on ${own.name} sends to UDP port ${String(device.port)}, and Felix' is ${String(felix.vxlanPort)}.`;
    found.push(suspectNode(own, 'CALICO_PORT_MISMATCH', 'WARNING', message, { evidence: [link.source], remedy: anew }));
  }
  if (end !== undefined && link.mac !== undefined && link.mac !== end.vxlanMac) {
    const message = `Device ${link.name} on ${own.name} has the address ${link.mac}, and the other nodes take it for ${end.vxlanMac}: it drops what they send.`;
    const evidence = [link.source, annotationEvidence(own, 'vxlan-mac', family)];
    found.push(suspectNode(own, 'CALICO_VTEP_WRONG', 'WARNING', message, { evidence, remedy: anew }));
  }
  if (end !== undefined && device.local !== undefined && device.local !== end.address) {
    const message = `Device ${link.name} on ${own.name} sends from ${formatIp(device.local)}, and the other nodes send to ${formatIp(end.address)}.`;
    const evidence = [link.source, annotationEvidence(own, 'address', family)];
    found.push(suspectNode(own, 'CALICO_VTEP_WRONG', 'WARNING', message, { evidence, remedy: anew }));
  }
  return found;
}

/** What the node itself sends by a tunnel has this source; without it the answer does not come back. */
function address({ own, ns, agent }: NodeView, { family, kind, address: wanted }: ExpectedDevice, link: Link): readonly Suspicion[] {
  if (kind === 'wireguard') return [];
  if (wanted === undefined) {
    const message = `calico-node has given ${own.name} no address for ${link.name}: what the node itself sends to pods of other nodes has a source that they can't answer.`;
    const evidence = [annotationEvidence(own, KEY[kind], family), link.source];
    return [suspectNode(own, 'CALICO_TUNNEL_ADDRESS', 'WARNING', message, { evidence, remedy: agent.restart })];
  }
  if (!seen(ns, 'addresses') || link.addresses.some(({ ip }) => ip === wanted)) return [];
  const message = `Device ${link.name} on ${own.name} lacks its address ${formatIp(wanted)}: what the node itself sends to pods of other nodes has a source that they can't answer.`;
  const evidence = [link.source, annotationEvidence(own, KEY[kind], family)];
  const remedy = `${ipCommand(family)} addr add ${formatIp(wanted)}/${family === 4 ? '32' : '128'} dev ${link.name} on ${own.name}, or ${agent.restart}`;
  return [suspectNode(own, 'CALICO_TUNNEL_ADDRESS', 'WARNING', message, { evidence, remedy })];
}

/** The tunnel's packets must fit the device below. */
function mtu({ own, ns, settings, agent }: NodeView, { family, overhead }: ExpectedDevice, link: Link): readonly Suspicion[] {
  const lower = link.device.kind === 'vxlan' ? link.device.lower : undefined;
  const below = uplinkOf(ns, settings.hostInterface ?? lower, endOf(own, family)?.address);
  if (below === undefined || link.mtu <= below.mtu - overhead) return [];
  const room = String(below.mtu - overhead);
  const message = `Device ${link.name} on ${own.name} has MTU ${String(link.mtu)}, and ${below.name} below it leaves room for ${room}: large packets are lost.`;
  const remedy = `ip link set ${link.name} mtu ${room} on ${own.name}; ${agent.restart}, and make the pods anew`;
  return [suspectNode(own, 'CALICO_MTU', 'WARNING', message, { evidence: [link.source, below.source], remedy })];
}

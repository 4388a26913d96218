import type { Suspicion } from '@skoop/core';
import { linkOf, seen, suspectNode, uplinkOf } from '@skoop/core/cni';
import { type Link, type VxlanDevice, formatIp } from '@skoop/netstack';
import type { ExpectedDevice } from '../expectations.ts';
import { annotationEvidence, endOf } from '../flannel-node.ts';
import type { NodeView } from './view.ts';

/** A tunnel's device. */
export function checkDevice(view: NodeView, expected: ExpectedDevice): readonly Suspicion[] {
  const { own, ns } = view;
  const link = linkOf(ns, expected.name);
  if (link === undefined) return seen(ns, 'links') && own.registered ? [absent(view, expected)] : [];
  if (!link.up)
    return [
      suspectNode(
        own,
        'FLANNEL_DEVICE_DOWN',
        'WARNING',
        `flannel's device ${link.name} on ${own.name} is down: its routes to all other nodes are gone with it.`,
        {
          evidence: [link.source],
          remedy: `ip link set ${link.name} up on ${own.name}, then ${view.agent.restart}, for the routes do not come back by themselves`,
        },
      ),
    ];
  return [
    ...(link.device.kind === 'vxlan' ? vxlan(view, expected, link, link.device) : []),
    ...expected.addresses.flatMap((one) => address(view, one, link)),
    ...mtu(view, expected, link),
  ];
}

/** Is the tunnel's device there and up? Where not, what hangs on it is a symptom. */
export function usable(view: NodeView, expected: ExpectedDevice | undefined): boolean {
  return expected === undefined || linkOf(view.ns, expected.name)?.up === true;
}

function absent(view: NodeView, { name }: ExpectedDevice): Suspicion {
  const { own, ns } = view;
  const stem = name.slice(0, name.lastIndexOf('.') + 1);
  const other = stem === '' ? undefined : ns.links.find((link) => link.device.kind === 'vxlan' && link.name.startsWith(stem));
  if (other?.device.kind === 'vxlan')
    return suspectNode(
      own,
      'FLANNEL_VNI_MISMATCH',
      'WARNING',
      `flannel's device on ${own.name} is ${other.name} with VNI ${String(other.device.vni)}, and the cluster's VNI is ${String(view.settings.vni)}: its packets are for nobody.`,
      { evidence: [other.source, annotationEvidence(own, 'backend-data')], remedy: view.agent.restart },
    );
  return suspectNode(
    own,
    'FLANNEL_DEVICE_MISSING',
    'WARNING',
    `Node ${own.name} has no device ${name}: its pods can't reach those of other nodes.`,
    {
      evidence: [annotationEvidence(own, 'backend-type')],
      remedy: view.agent.restart,
    },
  );
}

function vxlan(view: NodeView, { addresses }: ExpectedDevice, link: Link, device: VxlanDevice): readonly Suspicion[] {
  const { own, settings } = view;
  const family = addresses[0]?.family ?? 4;
  const end = endOf(own, family);
  const found: Suspicion[] = [];
  if (device.vni !== settings.vni)
    found.push(
      suspectNode(
        own,
        'FLANNEL_VNI_MISMATCH',
        'WARNING',
        `Device ${link.name} on ${own.name} has VNI ${String(device.vni)}, and the cluster's is ${String(settings.vni)}.`,
        {
          evidence: [link.source],
          remedy: `ip link del ${link.name} on ${own.name}, then ${view.agent.restart}`,
        },
      ),
    );
  if (settings.port !== undefined && device.port !== settings.port)
    found.push(
      suspectNode(
        own,
        'FLANNEL_PORT_MISMATCH',
        'WARNING',
        `Device ${link.name} on ${own.name} sends to UDP port ${String(device.port)}, and flannel's configuration says ${String(settings.port)}.`,
        {
          evidence: [link.source],
          remedy: `${view.agent.restart}: flanneld makes the device anew`,
        },
      ),
    );
  if (end?.mac !== undefined && link.mac !== undefined && link.mac !== end.mac)
    found.push(
      suspectNode(
        own,
        'FLANNEL_VTEP_WRONG',
        'WARNING',
        `Device ${link.name} on ${own.name} has the address ${link.mac}, and the other nodes were told ${end.mac}: it drops what they send.`,
        {
          evidence: [link.source, annotationEvidence(own, 'backend-data', family)],
          remedy: view.agent.restart,
        },
      ),
    );
  if (end?.publicIp !== undefined && device.local !== undefined && device.local !== end.publicIp && !own.overwritten)
    found.push(
      suspectNode(
        own,
        'FLANNEL_VTEP_WRONG',
        'WARNING',
        `Device ${link.name} on ${own.name} sends from ${formatIp(device.local)}, and the other nodes send to ${formatIp(end.publicIp)}.`,
        {
          evidence: [link.source, annotationEvidence(own, 'public-ip', family)],
          remedy: view.agent.restart,
        },
      ),
    );
  return found;
}

function address(view: NodeView, { family, ip: wanted }: ExpectedDevice['addresses'][number], link: Link): readonly Suspicion[] {
  const { own, ns } = view;
  if (!seen(ns, 'links', 'addresses') || !own.registered || link.addresses.some(({ ip }) => ip === wanted)) return [];
  return [
    suspectNode(
      own,
      'FLANNEL_VTEP_WRONG',
      'WARNING',
      `Device ${link.name} on ${own.name} lacks its address ${formatIp(wanted)}: what ${own.name} itself sends to pods of other nodes has a source that they can't answer.`,
      {
        evidence: [link.source],
        remedy: `ip addr add ${formatIp(wanted)}/${family === 4 ? '32' : '128'} dev ${link.name} on ${own.name}, or ${view.agent.restart}`,
      },
    ),
  ];
}

/** The tunnel's packets must fit the device below. */
function mtu(view: NodeView, { addresses, overhead }: ExpectedDevice, link: Link): readonly Suspicion[] {
  const { own, ns, settings } = view;
  const publicIp = addresses.flatMap(({ family }) => endOf(own, family)?.publicIp ?? [])[0];
  const lower = link.device.kind === 'vxlan' ? link.device.lower : undefined;
  const below = uplinkOf(ns, settings.hostInterface ?? lower, publicIp);
  if (below === undefined || link.mtu <= below.mtu - overhead) return [];
  return [
    suspectNode(
      own,
      'FLANNEL_MTU',
      'WARNING',
      `Device ${link.name} on ${own.name} has MTU ${String(link.mtu)}, and ${below.name} below it leaves room for ${String(below.mtu - overhead)}: large packets are lost.`,
      {
        evidence: [link.source, below.source],
        remedy: `ip link set ${link.name} mtu ${String(below.mtu - overhead)} on ${own.name}; ${view.agent.restart}, and make the pods anew`,
      },
    ),
  ];
}

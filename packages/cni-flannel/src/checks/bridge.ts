import type { Suspicion } from '@skoop/core';
import { checkBridgeNetfilter, hasPods, ipCommand, linkOf, routesTo, seen, suspectNode } from '@skoop/core/cni';
import { type Family, type Ip, type Link, formatIp, formatPrefix, familyOf } from '@skoop/netstack';
import { podCidrEvidence } from '../flannel-node.ts';
import { carrierOf } from '../carrier.ts';
import type { NodeView } from './view.ts';

/** The bridge that the node's pods hang on. It is made with the first pod and has no carrier without one, so nothing is expected where there is none. */
export function checkBridge(view: NodeView): readonly Suspicion[] {
  const { own, ns, settings } = view;
  if (!seen(ns, 'links') || !hasPods(view.cluster, own.name)) return [];
  const bridge = linkOf(ns, settings.bridge);
  if (bridge === undefined)
    return [
      suspectNode(own, 'FLANNEL_BRIDGE_MISSING', 'WARNING', `Node ${own.name} has pods and no bridge ${settings.bridge}.`, {
        evidence: [podCidrEvidence(own)],
        remedy: `if the bridge has another name, say it with --flannel-bridge; else make the pods of ${own.name} anew`,
      }),
    ];
  if (!bridge.up)
    return [
      suspectNode(
        own,
        'FLANNEL_BRIDGE_DOWN',
        'WARNING',
        `The bridge ${bridge.name} on ${own.name} is down: none of its pods can reach anything.`,
        {
          evidence: [bridge.source],
          remedy: `ip link set ${bridge.name} up on ${own.name}`,
        },
      ),
    ];
  return [
    ...own.ends.flatMap(({ family }) => [
      ...address(view, bridge, family),
      ...checkBridgeNetfilter(ns, own, bridge, family, 'FLANNEL_BRIDGE_NF_OFF'),
    ]),
    ...mtu(view, bridge),
  ];
}

/** The first address of the pod network is the pods' gateway, and the kernel's route to them comes with it. */
function address(view: NodeView, bridge: Link, family: Family): readonly Suspicion[] {
  const { own, ns } = view;
  const cidr = own.ends.find((end) => end.family === family)?.podCidr;
  if (cidr === undefined || !seen(ns, 'addresses')) return [];
  const gateway = next(cidr.address);
  const has = bridge.addresses.filter(({ ip: one }) => familyOf(one) === family).map(({ ip: one }) => formatIp(one));
  if (!has.includes(formatIp(gateway)))
    return [
      suspectNode(
        own,
        'FLANNEL_BRIDGE_ADDRESS',
        'WARNING',
        `The bridge ${bridge.name} on ${own.name} lacks ${formatIp(gateway)}, the gateway of its pods (${formatPrefix(cidr)})${has.length === 0 ? '' : `; it has ${has.join(', ')}`}.`,
        {
          evidence: [...bridge.addresses.map(({ source }) => source), podCidrEvidence(own)],
          remedy: `ip addr add ${formatIp(gateway)}/${String(cidr.length)} dev ${bridge.name} on ${own.name}; an address of an old pod network: ip link del ${bridge.name}, and make the pods anew`,
        },
      ),
    ];
  if (!seen(ns, 'routes') || routesTo(ns.routes, cidr).some((route) => route.nexthops.some(({ dev }) => dev === bridge.name))) return [];
  const [wrong] = routesTo(ns.routes, cidr);
  return [
    suspectNode(
      own,
      wrong === undefined ? 'FLANNEL_ROUTE_MISSING' : 'FLANNEL_ROUTE_WRONG',
      'WARNING',
      `Node ${own.name} has no route to its own pods (${formatPrefix(cidr)}) by ${bridge.name}.`,
      {
        evidence: [...(wrong === undefined ? [] : [wrong.source]), bridge.source, podCidrEvidence(own)],
        remedy: `${ipCommand(family)} route replace ${formatPrefix(cidr)} dev ${bridge.name}${family === 4 ? ` proto kernel scope link src ${formatIp(gateway)}` : ''} on ${own.name}`,
      },
    ),
  ];
}

function mtu({ own, ns, settings }: NodeView, bridge: Link): readonly Suspicion[] {
  const { podMtu } = settings;
  if (podMtu !== undefined && bridge.mtu !== podMtu)
    return [
      suspectNode(
        own,
        'FLANNEL_MTU',
        'INFO',
        `The bridge ${bridge.name} on ${own.name} has MTU ${String(bridge.mtu)}, and --flannel-pod-mtu says ${String(podMtu)}.`,
        {
          evidence: [bridge.source],
          remedy: '',
        },
      ),
    ];
  const device = carrierOf(ns, settings, own);
  const hasPorts = ns.links.some(({ master }) => master === bridge.name);
  if (device === undefined || !hasPorts || bridge.mtu <= device.mtu) return [];
  return [
    suspectNode(
      own,
      'FLANNEL_MTU',
      'WARNING',
      `The bridge ${bridge.name} on ${own.name} has MTU ${String(bridge.mtu)}, and ${device.name} only ${String(device.mtu)}: large packets to other nodes must be refused by ICMP.`,
      {
        evidence: [bridge.source, device.source],
        remedy: `make the pods of ${own.name} anew, so that they get the MTU in /run/flannel/subnet.env`,
      },
    ),
  ];
}

/** The next address: where flannel's gateway is. */
function next(address: Ip): Ip {
  return typeof address === 'number' ? address + 1 : address + 1n;
}

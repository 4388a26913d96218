import { type Family, type Ip, type Mac, type NetworkNamespace, formatIp } from '@skoop/netstack';
import type { Evidence } from '../contracts/evidence.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import { seen } from './namespace.ts';
import { ipCommand, suspectNode } from './suspect.ts';

/** The other end of a VXLAN whose peers are entered by an agent: a neighbour entry tells its MAC address, a forwarding entry where that is. */
export interface VxlanPeer {
  readonly family: Family;
  /** The node there. */
  readonly to: { readonly name: string };
  readonly dev: string;
  /** Its address on the VXLAN: the next hop of the routes to its pods. */
  readonly gateway: Ip;
  readonly mac: Mac;
  /** Its node's address, where the tunnel ends; `undefined`: not known. */
  readonly remote: Ip | undefined;
  /** Where it says what its MAC address and its address are. */
  readonly told: { readonly mac: Evidence; readonly remote: Evidence };
}

export interface VxlanPeerCodes {
  readonly neighbourMissing: string;
  readonly neighbourWrong: string;
  readonly fdbMissing: string;
  readonly fdbWrong: string;
}

/** Both entries are there and right. `restart` is what makes the agent write them again. */
export function checkVxlanPeer(
  ns: NetworkNamespace,
  node: { readonly name: string },
  peer: VxlanPeer,
  codes: VxlanPeerCodes,
  restart: string,
): readonly Suspicion[] {
  return [...neighbour(ns, node, peer, codes, restart), ...forwarding(ns, node, peer, codes, restart)];
}

function neighbour(
  ns: NetworkNamespace,
  node: { readonly name: string },
  { family, to, dev, gateway, mac, told }: VxlanPeer,
  codes: VxlanPeerCodes,
  restart: string,
): readonly Suspicion[] {
  const entry = ns.neighbours.find((one) => one.dev === dev && one.ip === gateway && !one.proxy);
  const remedy = `${ipCommand(family)} neigh replace ${formatIp(gateway)} lladdr ${mac} dev ${dev} nud permanent on ${node.name}, or ${restart}`;
  if (entry?.mac === undefined) {
    if (!seen(ns, 'neighbours')) return [];
    const message = `Node ${node.name} does not know the MAC address of ${to.name}'s end of the tunnel (${formatIp(gateway)} on ${dev}): nothing answers for it.`;
    const evidence = entry === undefined ? [told.mac] : [entry.source, told.mac];
    return [suspectNode(node, codes.neighbourMissing, 'WARNING', message, { evidence, remedy })];
  }
  if (entry.mac === mac) return [];
  const message = `Node ${node.name} takes ${entry.mac} for the MAC address of ${to.name}'s end of the tunnel; it is ${mac}.`;
  return [suspectNode(node, codes.neighbourWrong, 'WARNING', message, { evidence: [entry.source, told.mac], remedy })];
}

function forwarding(
  ns: NetworkNamespace,
  node: { readonly name: string },
  { to, dev, mac, remote, told }: VxlanPeer,
  codes: VxlanPeerCodes,
  restart: string,
): readonly Suspicion[] {
  const entries = ns.fdb.filter((one) => one.dev === dev && one.mac === mac && one.dst !== undefined);
  const evidence = [told.mac, told.remote];
  const remedy = `bridge fdb replace ${mac} dev ${dev} dst ${remote === undefined ? `ADDRESS_OF_${to.name}` : formatIp(remote)} self permanent on ${node.name}, or ${restart}`;
  const [entry] = entries;
  if (entry === undefined) {
    if (!seen(ns, 'fdb')) return [];
    const message = `Node ${node.name} does not know where ${to.name}'s end of the tunnel is: ${dev} has no forwarding entry for ${mac}.`;
    return [suspectNode(node, codes.fdbMissing, 'WARNING', message, { evidence, remedy })];
  }
  if (remote === undefined || entries.some(({ dst }) => dst === remote)) return [];
  const message = `Node ${node.name} sends what is for ${to.name} (${mac}) to ${entry.dst === undefined ? 'nowhere' : formatIp(entry.dst)}; it is at ${formatIp(remote)}.`;
  return [suspectNode(node, codes.fdbWrong, 'WARNING', message, { evidence: [entry.source, ...evidence], remedy })];
}

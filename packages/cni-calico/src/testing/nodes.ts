import { createHash } from 'node:crypto';

/** How a pool is reached; `dual` is VXLAN in both families. */
export type Mode = 'bgp' | 'ipip' | 'ipip-cross' | 'vxlan' | 'vxlan-cross' | 'wireguard' | 'dual';

export function encapsulationOf(mode: Mode): 'vxlan' | 'ipip' | 'none' {
  if (mode === 'dual' || mode.startsWith('vxlan')) return 'vxlan';
  return mode.startsWith('ipip') ? 'ipip' : 'none';
}

/** The device of the pod default/web on node1. */
export const WEB = `cali${createHash('sha1').update('default.web').digest('hex').slice(0, 11)}`;

export const NODES = [
  // node1 and node2 are on one wire, node3 is on another.
  { name: 'node1', ip: '172.18.0.11', block: '192.168.1.0', block6: 'fd00:10:0:1::' },
  { name: 'node2', ip: '172.18.0.12', block: '192.168.2.64', block6: 'fd00:10:0:2::' },
  { name: 'node3', ip: '172.18.1.13', block: '192.168.3.128', block6: 'fd00:10:0:3::' },
] as const;
export const PEERS = NODES.slice(1);
/** An address of node1's block, in use on node2. */
export const BORROWED = '192.168.1.9';

export type BuiltNode = (typeof NODES)[number];

/** Of a VXLAN device, as Felix derives it from a node's name. */
export function macOf(name: string): string {
  return `66:${createHash('sha1')
    .update(name)
    .digest('hex')
    .slice(0, 10)
    .replaceAll(/(..)(?=.)/g, '$1:')}`;
}

import { createHash } from 'node:crypto';

/** How a pool is reached; `dual` is VXLAN in both families. */
export type Mode = 'bgp' | 'ipip' | 'ipip-cross' | 'vxlan' | 'vxlan-cross' | 'wireguard' | 'dual';

export function encapsulationOf(mode: Mode): 'vxlan' | 'ipip' | 'none' {
  if (mode === 'dual' || mode.startsWith('vxlan')) return 'vxlan';
  return mode.startsWith('ipip') ? 'ipip' : 'none';
}

/** The pod that a node has, which is dumped; the address of node2's is borrowed from node1's block. */
interface BuiltPod {
  readonly name: string;
  readonly ip: string;
  readonly ip6: string;
}

export interface BuiltNode {
  readonly name: string;
  readonly ip: string;
  readonly ip6: string;
  readonly block: string;
  readonly block6: string;
  readonly pod: BuiltPod | undefined;
}

/** node1 and node2 are on one wire, node3, which gave no dump, is on another. */
export const NODES: readonly BuiltNode[] = [
  built('node1', '172.18.0.11', '192.168.1.0', 'fd00:10:0:1::', { name: 'web', ip: '192.168.1.5', ip6: 'fd00:10:0:1::5' }),
  built('node2', '172.18.0.12', '192.168.2.64', 'fd00:10:0:2::', { name: 'guest', ip: '192.168.1.9', ip6: 'fd00:10:0:2::9' }),
  built('node3', '172.18.1.13', '192.168.3.128', 'fd00:10:0:3::', undefined),
];

function built(name: string, ip: string, block: string, block6: string, pod: BuiltPod | undefined): BuiltNode {
  return { name, ip, ip6: `fd00:18::${ip.slice(-2)}`, block, block6, pod };
}

/** The node's end of a pod's pair. */
export function deviceOf(pod: { readonly name: string }): string {
  return `cali${createHash('sha1').update(`default.${pod.name}`).digest('hex').slice(0, 11)}`;
}

/** That of the pod default/web on node1. */
export const WEB = deviceOf({ name: 'web' });

/** Of a VXLAN device, as Felix derives it from a node's name. */
export function macOf(name: string): string {
  return `66:${createHash('sha1')
    .update(name)
    .digest('hex')
    .slice(0, 10)
    .replaceAll(/(..)(?=.)/g, '$1:')}`;
}

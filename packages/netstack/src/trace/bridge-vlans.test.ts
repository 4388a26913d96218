import { describe, expect, test } from '@jest/globals';
import type { Link, PortVlan } from '../namespace/link.ts';
import { type LinkSpec, type NamespaceSpec, host, ip, world } from '../testing/world.ts';
import { dumpOf } from '../parse/__fixtures__/dump.ts';
import { parseLinks } from '../parse/links.ts';
import { trace } from './trace.ts';

/** The kernel at hand has no VLAN filtering: namespaces are made by hand, the answers are those of its source. */

const access = (id: number): PortVlan => ({ from: id, to: id, pvid: true, untagged: true, forwards: true });
const trunk = (from: number, to = from): PortVlan => ({ from, to, pvid: false, untagged: false, forwards: true });

interface Change {
  readonly p: Link['vlans'];
  readonly q: Link['vlans'];
  readonly br0?: Link['vlans'];
  /** The pod p sends by a VLAN device. */
  readonly tagged?: number;
  readonly dst?: string;
  /** A VLAN device on the bridge has the bridge's address. */
  readonly upper?: number;
}

function verdict({ p, q, br0 = [access(1)], tagged, dst = '10.0.0.2', upper }: Change): string {
  const device = { kind: 'bridge', stp: false, vlanFiltering: true, nfCallIptables: false, nfCallIp6tables: false } as const;
  const on = (name: string) => ({ name, index: undefined, netnsid: undefined });
  const pod = (peer: string, address: string, vlan: number | undefined): NamespaceSpec => ({
    links:
      vlan === undefined
        ? [{ name: 'eth0', addresses: [address], peer }]
        : [
            { name: 'eth0', peer },
            { name: 'v', addresses: [address], device: { kind: 'vlan', lower: on('eth0'), id: vlan } },
          ],
    sockets: ['tcp 0.0.0.0:80'],
  });
  const own = ['10.0.0.9/24'];
  const above: readonly LinkSpec[] =
    upper === undefined
      ? []
      : [{ name: 'br0.x', mac: '02:00:00:00:00:b0', addresses: own, device: { kind: 'vlan', lower: on('br0'), id: upper } }];
  const links: LinkSpec[] = [
    { name: 'br0', mac: '02:00:00:00:00:b0', device, vlans: br0, ...(upper === undefined ? { addresses: own } : {}) },
    { name: 'vp', peer: 'p:eth0', master: 'br0', vlans: p },
    { name: 'vq', peer: 'q:eth0', master: 'br0', vlans: q },
    ...above,
  ];
  const built = host('n', {
    host: { links, sockets: ['tcp 0.0.0.0:80'] },
    p: pod('host:vp', '10.0.0.1/24', tagged),
    q: pod('host:vq', '10.0.0.2/24', undefined),
  });
  const origin = { kind: 'socket', host: 'n', namespace: 'nodes/n/p' } as const;
  const result = trace(world([built]), { origin, dst: ip(dst), protocol: 6, dport: 80 });
  const cause = result.paths.flatMap((path) => path.causes)[0];
  return cause === undefined ? result.verdict : `${result.verdict} ${cause.code}`;
}

describe('a bridge that filters by VLANs', () => {
  test.each<[string, Change, string]>([
    ['two ports of one VLAN', { p: [access(5)], q: [access(5)] }, 'delivered'],
    ['of two', { p: [access(5)], q: [access(6)] }, 'rejected NEIGHBOUR_UNRESOLVED'],
    ['of none', { p: [], q: [access(5)] }, 'rejected NEIGHBOUR_UNRESOLVED'],
    ['a tag on a trunk, taken off at the other', { p: [trunk(2, 9)], q: [access(5)], tagged: 5 }, 'delivered'],
    ['a tag that the trunk has not', { p: [trunk(2, 4)], q: [access(5)], tagged: 5 }, 'rejected NEIGHBOUR_UNRESOLVED'],
    [
      'a port that does not forward in that VLAN',
      { p: [access(5)], q: [{ ...access(5), forwards: false }] },
      'rejected NEIGHBOUR_UNRESOLVED',
    ],
    ["the machine, in the bridge's own VLAN", { p: [access(1)], q: [access(1)], dst: '10.0.0.9' }, 'delivered'],
    ['not in another', { p: [access(5)], q: [access(1)], dst: '10.0.0.9' }, 'rejected NEIGHBOUR_UNRESOLVED'],
    ['but by a VLAN device on the bridge', { p: [access(5)], q: [], br0: [trunk(5)], upper: 5, dst: '10.0.0.9' }, 'delivered'],
    ['VLANs that were not read', { p: undefined, q: [access(5)] }, 'unknown MODEL_UNSUPPORTED'],
  ])('%s', (_what, change, expected) => {
    expect(verdict(change)).toBe(expected);
  });
});

describe('bridge -j -d vlan', () => {
  const info = (kind: string, data: object) => ({ linkinfo: { info_kind: kind, info_data: data } });
  const base = { flags: ['UP'], mtu: 1500, link_type: 'ether' };
  const links = JSON.stringify([
    { ...base, ifindex: 2, ifname: 'br0', ...info('bridge', { vlan_filtering: 1 }) },
    { ...base, ifindex: 3, ifname: 'p', master: 'br0' },
    { ...base, ifindex: 4, ifname: 'q', master: 'br0' },
  ]);
  const vlans = JSON.stringify([
    {
      ifname: 'p',
      vlans: [
        { vlan: 1, flags: ['PVID', 'Egress Untagged'], state: 'forwarding' },
        { vlan: 10, vlanEnd: 20 },
      ],
    },
    { ifname: 'br0', vlans: [{ vlan: 1, flags: ['PVID', 'Egress Untagged'], state: 'disabled' }] },
  ]);

  test('the VLANs of ports and of the bridge; a port without any is not printed', () => {
    const { value } = parseLinks(dumpOf({ 'ip-link': links, 'bridge-vlan': vlans }));
    expect(value.map(({ name, vlans: read }) => [name, read])).toEqual([
      ['br0', [{ ...access(1), forwards: false }]],
      ['p', [access(1), trunk(10, 20)]],
      ['q', []],
    ]);
  });

  test.each(['[', '[{"ifname":"p","vlans":[{"vlan":"x"}]}]'])('what can not be read leaves all of them open: %s', (text) => {
    const { value, gaps } = parseLinks(dumpOf({ 'ip-link': links, 'bridge-vlan': text }));
    expect(value.every((link) => link.vlans === undefined)).toBe(true);
    expect(gaps.some(({ topic }) => topic === 'bridge-ports')).toBe(true);
  });
});

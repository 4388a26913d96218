import { describe, expect, test } from '@jest/globals';
import { formatIp, parseIp } from '../address/ip.ts';
import type { Link } from '../namespace/link.ts';
import { dumpOf, recorded } from './__fixtures__/dump.ts';
import { parseFdb } from './fdb.ts';
import { parseLinks } from './links.ts';
import { parseNeighbours } from './neighbours.ts';

function byName(links: readonly Link[]): ReadonlyMap<string, Link> {
  return new Map(links.map((link) => [link.name, link]));
}

function linkOf(link: object): Link | undefined {
  const base = { ifindex: 7, ifname: 'e0', flags: ['UP'], mtu: 1500, link_type: 'ether' };
  return parseLinks(dumpOf({ 'ip-link': JSON.stringify([{ ...base, ...link }]) })).value[0];
}

describe('links of recorded namespaces', () => {
  const lab = byName(parseLinks(recorded('lab')).value);
  const node = byName(parseLinks(recorded('node1')).value);

  test.each<[string, Link['device']]>([
    ['lo', { kind: 'loopback' }],
    ['v0', { kind: 'veth', peerIndex: 2, peerNetnsid: undefined }],
    ['e0', { kind: 'veth', peerIndex: 2, peerNetnsid: 0 }],
    ['br0', { kind: 'bridge', stp: true, vlanFiltering: false, nfCallIptables: false, nfCallIp6tables: false }],
    [
      'vx1',
      { kind: 'vxlan', vni: 42, local: parseIp('10.1.0.1'), remote: undefined, port: 4789, lower: 'e0', learning: false, external: false },
    ],
    [
      'vx2',
      {
        kind: 'vxlan',
        vni: 43,
        local: undefined,
        remote: parseIp('10.1.0.9'),
        port: 8472,
        lower: undefined,
        learning: true,
        external: false,
      },
    ],
    ['vx3', { kind: 'vxlan', vni: 0, local: undefined, remote: undefined, port: 4790, lower: undefined, learning: false, external: true }],
    [
      'vx6',
      {
        kind: 'vxlan',
        vni: 46,
        local: parseIp('fd00:1::1'),
        remote: parseIp('fd00:1::9'),
        port: 4791,
        lower: undefined,
        learning: true,
        external: false,
      },
    ],
    ['mv0', { kind: 'macvlan', mode: 'bridge', lower: { name: 'e0', index: undefined, netnsid: undefined } }],
    ['tap0', { kind: 'opaque', type: 'tun' }],
  ])('%s', (name, device) => {
    expect(lab.get(name)?.device).toEqual(device);
  });

  test('flannel', () => {
    expect(node.get('flannel.1')).toMatchObject({
      mtu: 1450,
      up: true,
      carrier: true,
      device: { kind: 'vxlan', vni: 1, port: 8472, lower: 'eth0', learning: false },
    });
  });

  test('state of ports', () => {
    expect(lab.get('p1')).toMatchObject({
      master: 'br0',
      port: { state: 'forwarding', hairpin: true, isolated: false, flood: true, learning: true },
    });
    expect(lab.get('p2')).toMatchObject({
      master: 'br0',
      port: { state: 'forwarding', hairpin: false, isolated: true, flood: false, learning: false },
    });
    expect(lab.get('p1x')?.port).toBeUndefined();
  });

  test('no carrier', () => {
    expect(lab.get('e1')).toMatchObject({ up: true, carrier: false });
  });

  test("addresses in the kernel's order, with peer, scope, secondary, deprecated", () => {
    const shown = lab.get('e0')?.addresses.map((address) => {
      const flags = [address.secondary && 'secondary', address.deprecated && 'deprecated', address.tentative && 'tentative'].filter(
        Boolean,
      );
      const peer = address.peer === undefined ? '' : ` peer ${formatIp(address.peer)}`;
      return [`${formatIp(address.ip)}/${String(address.length)}${peer} ${address.scope}`, ...flags].join(' ');
    });
    expect(shown?.slice(0, 5)).toEqual([
      '10.1.0.1/24 global',
      '10.9.9.1/32 peer 10.9.9.2 global',
      '10.1.0.2/24 global secondary',
      'fd00:1::dead/64 global deprecated',
      'fd00:1::1/64 global',
    ]);
    expect(lab.get('v0')?.addresses[0]?.scope).toBe('link');
  });
});

describe('traps of the format', () => {
  test.each<[string, object, Link['device']]>([
    ['a physical device has no kind', {}, { kind: 'physical' }],
    ['so has a slave of a bond', { linkinfo: { info_slave_kind: 'bond' } }, { kind: 'physical' }],
    ['no Ethernet', { link_type: 'infiniband' }, { kind: 'opaque', type: 'infiniband' }],
    ['a dummy', { linkinfo: { info_kind: 'dummy' } }, { kind: 'dummy' }],
    ['a veth whose peer is gone', { linkinfo: { info_kind: 'veth' } }, { kind: 'veth', peerIndex: undefined, peerNetnsid: undefined }],
    ['a peer by index', { link: 'if9', linkinfo: { info_kind: 'veth' } }, { kind: 'veth', peerIndex: 9, peerNetnsid: undefined }],
    [
      'a namespace without an id',
      { link_index: 4, link_netnsid: -1, linkinfo: { info_kind: 'veth' } },
      { kind: 'veth', peerIndex: 4, peerNetnsid: -1 },
    ],
    ['a bridge printed without -d', { linkinfo: { info_kind: 'bridge' } }, { kind: 'opaque', type: 'bridge without details' }],
    [
      'a VXLAN device that was moved',
      { link_netnsid: 0, linkinfo: { info_kind: 'vxlan', info_data: { id: 1, port: 4789 } } },
      { kind: 'opaque', type: 'vxlan made in another namespace' },
    ],
    // By hand, as iproute2's source prints them: the kernel at hand has no such devices.
    [
      'a bond',
      { linkinfo: { info_kind: 'bond', info_data: { mode: 'active-backup', active_slave: 'eth1', miimon: 100 } } },
      { kind: 'bond', mode: 'active-backup', active: 'eth1' },
    ],
    [
      'a VLAN',
      { link: 'eth0', linkinfo: { info_kind: 'vlan', info_data: { protocol: '802.1Q', id: 100, flags: ['REORDER_HDR'] } } },
      { kind: 'vlan', id: 100, lower: { name: 'eth0', index: undefined, netnsid: undefined } },
    ],
    [
      'a VLAN of a provider',
      { link: 'eth0', linkinfo: { info_kind: 'vlan', info_data: { protocol: '802.1ad', id: 100 } } },
      { kind: 'opaque', type: 'vlan of 802.1ad, or without an id' },
    ],
    [
      'a macvlan in a pod',
      { link_index: 2, link_netnsid: 0, linkinfo: { info_kind: 'macvlan', info_data: { mode: 'private' } } },
      { kind: 'macvlan', mode: 'private', lower: { name: undefined, index: 2, netnsid: 0 } },
    ],
    [
      'an ipvlan in a pod',
      { link_index: 2, link_netnsid: 0, linkinfo: { info_kind: 'ipvlan', info_data: { mode: 'l3s', mode_flag: 'vepa' } } },
      { kind: 'ipvlan', mode: 'l3s', isolation: 'vepa', lower: { name: undefined, index: 2, netnsid: 0 } },
    ],
    [
      'tunl0',
      {
        link_type: 'ipip',
        flags: ['NOARP'],
        linkinfo: { info_kind: 'ipip', info_data: { remote: 'any', local: 'any', ttl: 0, pmtudisc: false } },
      },
      { kind: 'tunnel', type: 'ipip', local: undefined, remote: undefined, outKey: undefined, inKey: undefined },
    ],
    [
      'GRE with keys',
      {
        link_type: 'gre',
        linkinfo: { info_kind: 'gre', info_data: { remote: '10.0.0.2', local: '10.0.0.1', ikey: '0.0.0.5', okey: '0.0.0.6' } },
      },
      { kind: 'tunnel', type: 'gre', local: 0x0a000001, remote: 0x0a000002, inKey: '0.0.0.5', outKey: '0.0.0.6' },
    ],
    [
      'a tunnel in external mode',
      { link_type: 'ipip', linkinfo: { info_kind: 'ipip', info_data: { external: true } } },
      { kind: 'opaque', type: 'ipip in external mode' },
    ],
    [
      'WireGuard',
      { link_type: 'none', linkinfo: { info_kind: 'wireguard' } },
      { kind: 'wireguard', netnsid: undefined, publicKey: undefined, port: 0, fwmark: 0, peers: [] },
    ],
  ])('%s', (_name, link, device) => {
    expect(linkOf(link)?.device).toEqual(device);
  });

  test('an XDP program is known by its presence', () => {
    expect(linkOf({ xdp: { mode: 1, prog: { id: 5 } } })?.programs).toMatchObject([{ kind: 'xdp', direction: 'ingress' }]);
    expect(linkOf({})?.programs).toEqual([]);
  });

  test('tc filters are known by their presence, as JSON or as text', () => {
    const filters = [
      'e0 ingress [{"protocol":"all","kind":"bpf"}]',
      'e0 egress []',
      'e1 ingress ',
      'e1 egress filter parent ffff: bpf',
    ].join('\n');
    const links = [1, 2].map((n) => ({ ifindex: n, ifname: `e${String(n - 1)}`, flags: [], mtu: 1500, link_type: 'ether' }));
    const parsed = parseLinks(dumpOf({ 'ip-link': JSON.stringify(links), 'tc-filter': filters }));
    expect(parsed.value.map((link) => link.programs.map(({ kind, direction, source }) => ({ kind, direction, source })))).toEqual([
      [
        {
          kind: 'tc',
          direction: 'ingress',
          source: { artifact: 'ns/tc-filter', line: 1, text: 'e0 ingress [{"protocol":"all","kind":"bpf"}]' },
        },
      ],
      [{ kind: 'tc', direction: 'egress', source: { artifact: 'ns/tc-filter', line: 4, text: 'e1 egress filter parent ffff: bpf' } }],
    ]);
  });

  test('filters that print only text of several lines', () => {
    const parsed = parseLinks(
      dumpOf({ 'ip-link': recorded('pod').artifacts.get('ip-link')?.text ?? '', 'tc-filter': 'eth0 ingress\n\taction order 1: gact' }),
    );
    expect(parsed.value.map((link) => link.programs.length)).toEqual([0, 1]);
    expect(parsed.gaps).toEqual([]);
  });

  test('a line without a device before any other is a gap', () => {
    expect(parseLinks(dumpOf({ 'ip-link': '[]', 'tc-filter': 'hello' })).gaps).toContainEqual(
      expect.objectContaining({ topic: 'tc', kind: 'malformed' }),
    );
  });

  const bridge = { ifindex: 1, ifname: 'br0', flags: [], mtu: 1500, linkinfo: { info_kind: 'bridge', info_data: {} } };
  const port = { ifindex: 2, ifname: 'p1', flags: [], mtu: 1500, master: 'br0', link_type: 'ether' };

  test('a port that ip link tells nothing of is read from bridge link', () => {
    const parsed = parseLinks(
      dumpOf({ 'ip-link': JSON.stringify([bridge, port]), 'bridge-link': '[{"ifname":"p1","state":"blocking","hairpin":"on"}]' }),
    );
    expect(parsed.value[1]?.port).toMatchObject({ state: 'blocking', hairpin: true, isolated: false, flood: true });
    expect(parsed.gaps).toEqual([]);
  });

  test('and is a gap where neither does', () => {
    const parsed = parseLinks(dumpOf({ 'ip-link': JSON.stringify([bridge, port]) }));
    expect(parsed.gaps).toEqual([
      { topic: 'bridge-ports', kind: 'missing', why: 'the state of these bridge ports is not in the dump: p1' },
    ]);
  });

  test.each([
    ['tentative', { tentative: true }, true],
    ['failed', { tentative: true, dadfailed: true }, true],
    ['optimistic is usable', { tentative: true, optimistic: true }, false],
    ['printed without a value', { tentative: null }, true],
    ['settled', {}, false],
  ])('duplicate address detection: %s', (_name, flags, tentative) => {
    const address = { family: 'inet6', local: 'fd00::1', prefixlen: 64, scope: 'global', ...flags };
    const dump = dumpOf({ 'ip-link': JSON.stringify([port]), 'ip-addr': JSON.stringify([{}, { ifindex: 2, addr_info: [{}, address] }]) });
    const parsed = parseLinks(dump);
    expect(parsed.gaps).toEqual([]);
    expect(parsed.value[0]?.addresses[0]).toMatchObject({ tentative, source: { artifact: 'ns/ip-addr', pointer: '/1/addr_info/1' } });
  });
});

describe('forwarding database', () => {
  const entries = parseFdb(recorded('lab')).value;

  test.each([
    ['of a VXLAN device', '02:aa:bb:cc:dd:01', { dev: 'vx1', master: undefined, dst: parseIp('10.1.0.8'), port: undefined }],
    ['static, of a port', '02:aa:bb:cc:dd:02', { dev: 'p1', master: 'br0', state: 'static', dst: undefined }],
  ])('%s', (_name, address, expected) => {
    expect(entries.filter((entry) => entry.mac === address)).toMatchObject([expected]);
  });

  test('several flood entries', () => {
    expect(entries.filter((entry) => entry.mac === '00:00:00:00:00:00' && entry.dev === 'vx1')).toMatchObject([
      { dst: parseIp('10.1.0.7'), port: undefined, vni: undefined, via: undefined },
      { dst: parseIp('10.1.0.8'), port: 9999, vni: 77, via: 'e0' },
    ]);
  });

  test('learned entries have no state in the dump', () => {
    expect(parseFdb(recorded('node1')).value.filter((entry) => entry.state === 'dynamic').length).toBeGreaterThan(0);
  });

  test('an entry with a next hop group is a gap, no entry', () => {
    const parsed = parseFdb(
      dumpOf({ 'bridge-fdb': '[{"mac":"00:00:00:00:00:00","ifname":"vx1","nhid":4,"flags":["self"],"state":"permanent"}]' }),
    );
    expect(parsed).toMatchObject({ value: [], gaps: [{ topic: 'fdb', kind: 'malformed' }] });
  });
});

describe('neighbours', () => {
  const neighbours = parseNeighbours(recorded('lab'));

  test.each([
    ['10.1.0.66', { state: 'PERMANENT', mac: '02:00:00:00:00:66', dev: 'e0', proxy: false }],
    ['10.1.0.67', { state: 'STALE', mac: '02:00:00:00:00:67' }],
    ['10.1.0.68', { state: 'NOARP' }],
    ['10.1.0.69', { state: 'NONE', mac: undefined, proxy: true }],
    ['fd00:1::66', { state: 'PERMANENT', mac: '02:00:00:00:00:66' }],
  ])('%s', (address, expected) => {
    expect(neighbours.gaps).toEqual([]);
    expect(neighbours.value.filter((it) => it.ip === parseIp(address))).toMatchObject([expected]);
  });

  test.each([
    ['an entry that failed', { dst: '10.0.0.9', dev: 'e0', state: ['FAILED'] }, { state: 'FAILED', mac: undefined }],
    ['none yet', { dst: '10.0.0.9', dev: 'e0', state: [] }, { state: 'NONE', mac: undefined }],
    [
      "a tunnel's address is no MAC",
      { dst: '10.0.0.9', dev: 't0', lladdr: '192.0.2.1', state: ['NOARP'] },
      { state: 'NOARP', mac: undefined },
    ],
  ])('%s', (_name, entry, expected) => {
    expect(parseNeighbours(dumpOf({ 'ip-neigh': JSON.stringify([{}, entry]) })).value).toMatchObject([expected]);
  });

  test('an unknown state is a gap', () => {
    const parsed = parseNeighbours(dumpOf({ 'ip-neigh': '[{"dst":"10.0.0.9","dev":"e0","state":["DREAMING"]}]' }));
    expect(parsed).toMatchObject({ value: [], gaps: [{ topic: 'neighbours', kind: 'malformed' }] });
  });
});

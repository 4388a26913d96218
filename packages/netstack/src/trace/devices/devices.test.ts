import { describe, expect, test } from '@jest/globals';
import type { Device, LowerDevice } from '../../namespace/link.ts';
import type { Ip } from '../../address/ip.ts';
import { type LinkSpec, type NamespaceSpec, host, ip, net } from '../../testing/world.ts';
import type { FabricAnswer } from '../fabric.ts';
import { trace } from '../trace.ts';
import type { World } from '../trace.types.ts';

/**
 * Devices that the kernel at hand can't make, but for macvlan, which was tried on it: namespaces are made by hand, and the answers are
 * those of the kernel's source.
 */

const tcp = 6;
const physical: Device = { kind: 'physical' };
const here = (name: string): LowerDevice => ({ name, index: undefined, netnsid: undefined });
/** A device of the machine's own namespace, as a pod's dump tells of it: the builder counts them from 100. */
const ofHost = (index: number): LowerDevice => ({ name: undefined, index, netnsid: 0 });

type Hosts = ReturnType<typeof host>;

/** Whoever has the next hop gets the frame, on the device that has the address or, for one that stands on eth0, there. */
function wire(...hosts: Hosts[]): World {
  const carry = (nextHop: Ip): FabricAnswer => {
    for (const each of hosts)
      for (const ns of each.namespaces.values())
        for (const link of ns.links)
          if (link.addresses.some((address) => address.ip === nextHop))
            return ns.id === each.root
              ? { kind: 'host', host: each.id, namespace: ns.id, device: link.name }
              : { kind: 'host', host: each.id, namespace: each.root, device: 'eth0' };
    return { kind: 'nobody', reason: 'no host has it' };
  };
  return { hosts: new Map(hosts.map((each) => [each.id, each])), fabric: { carry: (edge) => carry(edge.nextHop) } };
}

/** The verdict of a connection to port 80 from a namespace of `a`, and what it came to. */
function ask(world: World, from: string, dst: string): { readonly verdict: string; readonly why: string; readonly to: string } {
  const result = trace(world, {
    origin: { kind: 'socket', host: 'a', namespace: `nodes/a/${from}` },
    dst: ip(dst),
    protocol: tcp,
    dport: 80,
  });
  const path = result.paths[0];
  const cause = result.paths.flatMap(({ causes }) => causes)[0];
  return {
    verdict: result.verdict,
    why: cause === undefined ? '' : cause.code === 'MODEL_UNSUPPORTED' ? (cause.details['construct'] ?? '') : cause.code,
    to: path?.received?.namespace ?? '',
  };
}

const listens: Pick<NamespaceSpec, 'sockets'> = { sockets: ['tcp 0.0.0.0:80'] };
const eth0: LinkSpec = { name: 'eth0', device: physical };

describe('bond', () => {
  const bonded = (id: string, last: string, more: { readonly mode?: string; readonly active?: string; readonly down?: string } = {}) =>
    host(id, {
      host: {
        links: [
          {
            name: 'bond0',
            carrier: more.down !== 'eth0',
            addresses: [`10.0.0.${last}/24`],
            device: { kind: 'bond', mode: more.mode ?? '802.3ad', active: more.active },
          },
          { ...eth0, master: 'bond0', up: more.down !== 'eth0' },
          { name: 'eth1', device: physical, master: 'bond0', up: more.down === undefined },
        ],
        ...listens,
      },
    });

  test.each<[string, Parameters<typeof bonded>[2], string, string]>([
    ['all parts carry', {}, 'delivered', ''],
    ['one in use', { mode: 'active-backup', active: 'eth1' }, 'delivered', ''],
    ['the other one is left', { down: 'eth1' }, 'delivered', ''],
    ['no part is up', { down: 'eth0' }, 'rejected', 'LINK_NO_CARRIER'],
  ])('%s', (_what, more, verdict, why) => {
    expect(ask(wire(bonded('a', '1', more), bonded('b', '2')), 'host', '10.0.0.2')).toMatchObject({ verdict, why });
  });
});

describe('VLAN', () => {
  const tagged = (id: string, last: string, vlan: number) =>
    host(id, {
      host: {
        links: [eth0, { name: 'eth0.7', addresses: [`10.0.7.${last}/24`], device: { kind: 'vlan', lower: here('eth0'), id: vlan } }],
        ...listens,
      },
    });

  test('is a wire of its own behind a physical device', () => {
    expect(ask(wire(tagged('a', '1', 7), tagged('b', '2', 7)), 'host', '10.0.7.2')).toEqual({
      verdict: 'delivered',
      why: '',
      to: 'nodes/b/host',
    });
  });

  test('two of them on one wire: who joins them is unknown', () => {
    expect(ask(wire(tagged('a', '1', 7), tagged('b', '2', 8)), 'host', '10.0.7.2')).toMatchObject({
      verdict: 'unknown',
      why: 'VLAN 7 of eth0.7 and VLAN 8 of eth0.7 on one wire',
    });
  });

  /** Two pods on a bridge, or on a cable, each with a VLAN device on its end. */
  const onCable = (mine: number, theirs: number, viaBridge: boolean) => {
    const pod = (peer: string, last: string, id: number): NamespaceSpec => ({
      links: [
        { name: 'c0', peer },
        { name: 'v', addresses: [`10.0.7.${last}/24`], device: { kind: 'vlan', lower: here('c0'), id } },
      ],
      ...listens,
    });
    const bridge: Device = { kind: 'bridge', stp: false, vlanFiltering: false, nfCallIptables: false, nfCallIp6tables: false };
    return viaBridge
      ? host('a', {
          host: {
            links: [
              { name: 'br0', device: bridge },
              { name: 'p', peer: 'p:c0', master: 'br0' },
              { name: 'q', peer: 'q:c0', master: 'br0' },
              { name: 'br0.7', addresses: ['10.0.7.9/24'], device: { kind: 'vlan', lower: here('br0'), id: 7 } },
            ],
            ...listens,
          },
          p: pod('host:p', '1', mine),
          q: pod('host:q', '2', theirs),
        })
      : host('a', { p: pod('q:c0', '1', mine), q: pod('p:c0', '2', theirs) });
  };

  test.each([
    ['a cable, the same', 7, 7, false, '10.0.7.2', 'delivered', ''],
    ['a cable, another', 7, 8, false, '10.0.7.2', 'rejected', 'NEIGHBOUR_UNRESOLVED'],
    ['a bridge, the same', 7, 7, true, '10.0.7.2', 'delivered', ''],
    ['a bridge, another', 7, 8, true, '10.0.7.2', 'rejected', 'NEIGHBOUR_UNRESOLVED'],
  ])('over %s', (_what, mine, theirs, viaBridge, dst, verdict, why) => {
    expect(ask(wire(onCable(mine, theirs, viaBridge)), 'p', dst)).toMatchObject({ verdict, why });
  });

  test('without its lower device in the dump it is unknown', () => {
    const lost = host('a', {
      host: { links: [{ name: 'v', addresses: ['10.0.7.1/24'], device: { kind: 'vlan', lower: here('gone'), id: 7 } }] },
    });
    expect(ask(wire(lost), 'host', '10.0.7.2').verdict).toBe('unknown');
  });
});

describe.each<[string, (mode: string) => Device]>([
  ['macvlan', (mode) => ({ kind: 'macvlan', lower: ofHost(100), mode })],
  [
    'ipvlan',
    (mode) => ({
      kind: 'ipvlan',
      lower: ofHost(100),
      mode: mode.startsWith('l') ? mode : 'l2',
      isolation: mode.startsWith('l') ? 'bridge' : mode,
    }),
  ],
])('%s on eth0, moved into pods', (kind, device) => {
  const shared = kind === 'ipvlan' ? { mac: '02:00:00:00:00:aa' } : {};
  const machine = (id: string, last: number, mode: string) =>
    host(id, {
      host: { links: [{ ...eth0, addresses: [`10.0.0.${String(last)}/24`], ...shared }], ...listens },
      p: { links: [{ name: 'net1', addresses: [`10.0.0.${String(last + 1)}/24`], device: device(mode), ...shared }], ...listens },
      q: { links: [{ name: 'net1', addresses: [`10.0.0.${String(last + 2)}/24`], device: device(mode), ...shared }], ...listens },
    });

  test.each([
    ['each other, in mode bridge', 'bridge', '10.0.0.3', 'delivered', 'nodes/a/q'],
    ['not each other, in mode private', 'private', '10.0.0.3', 'rejected', ''],
    ['another machine', 'bridge', '10.0.0.11', 'delivered', 'nodes/b/host'],
    ['a pod of another machine', 'private', '10.0.0.12', 'delivered', 'nodes/b/p'],
    ['never their own machine', 'bridge', '10.0.0.1', 'rejected', ''],
  ])('reach %s', (_what, mode, dst, verdict, to) => {
    // The wire does not lead back to where a frame came from.
    const world = wire(machine('a', 1, mode), machine('b', 11, mode));
    const fabric = { carry: (edge: Parameters<World['fabric']['carry']>[0]) => notBack(world.fabric.carry(edge), edge.host) };
    expect(ask({ ...world, fabric }, 'p', dst)).toMatchObject({ verdict, to });
  });
});

function notBack(answer: FabricAnswer, from: string): FabricAnswer {
  return answer.kind === 'host' && answer.host === from ? { kind: 'nobody', reason: 'not on the wire' } : answer;
}

describe('ipvlan of mode l3', () => {
  test('is unknown: the lower device routes', () => {
    const device: Device = { kind: 'ipvlan', lower: ofHost(100), mode: 'l3', isolation: 'bridge' };
    const machine = host('a', { host: { links: [eth0] }, p: { links: [{ name: 'net1', addresses: ['10.0.0.2/24'], device }] } });
    expect(ask(wire(machine), 'p', '10.0.0.3').verdict).toBe('unknown');
  });
});

describe('IP tunnels', () => {
  const device = (more: Partial<Extract<Device, { kind: 'tunnel' }>> = {}): Device => ({
    kind: 'tunnel',
    type: 'ipip',
    local: undefined,
    remote: undefined,
    outKey: undefined,
    inKey: undefined,
    ...more,
  });
  const machine = (id: 'a' | 'b', tunnelDevice: Device, more: Partial<NamespaceSpec> = {}) => {
    const [own, other] = id === 'a' ? [1, 2] : [2, 1];
    return host(id, {
      host: {
        links: [
          { ...eth0, addresses: [`192.168.0.${String(own)}/24`] },
          { name: 'tunl0', addresses: [`10.${String(own)}.0.0/32`], device: tunnelDevice, noarp: true, mtu: 1480 },
        ],
        routes: [`10.${String(other)}.0.0/16 via 192.168.0.${String(other)} dev tunl0 onlink`],
        ...listens,
        ...more,
      },
    });
  };
  const dropInput = { iptables: '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p ipencap -j DROP' };

  test.each<[string, Device, Device, Partial<NamespaceSpec>, string, string]>([
    ['without ends: the next hop is the far end', device(), device(), {}, 'delivered', ''],
    [
      'with both ends named',
      device({ local: ip('192.168.0.1'), remote: ip('192.168.0.2') }),
      device({ local: ip('192.168.0.2'), remote: ip('192.168.0.1') }),
      {},
      'delivered',
      '',
    ],
    ['from somebody else', device(), device({ remote: ip('192.168.0.9') }), {}, 'dropped', 'SOCKET_NOT_LISTENING'],
    ['of another type', device(), device({ type: 'gre' }), {}, 'dropped', 'SOCKET_NOT_LISTENING'],
    [
      'GRE, one key',
      device({ type: 'gre', outKey: '5', inKey: '5' }),
      device({ type: 'gre', outKey: '5', inKey: '5' }),
      {},
      'delivered',
      '',
    ],
    ['GRE, two keys', device({ type: 'gre', outKey: '5' }), device({ type: 'gre', inKey: '6' }), {}, 'dropped', 'SOCKET_NOT_LISTENING'],
    ['whose outer packet is dropped', device(), device(), dropInput, 'dropped', 'NETFILTER_DROP'],
  ])('%s', (_what, mine, theirs, more, verdict, why) => {
    expect(ask(wire(machine('a', mine), machine('b', theirs, more)), 'host', '10.2.0.0')).toMatchObject({ verdict, why });
  });

  test.each([
    ["the inner packet's mark chooses no route for the outer one", undefined, 'delivered'],
    ["the device's own does", 7, 'dropped'],
  ])('%s', (_what, fwmark, verdict) => {
    const rules = [{ priority: 50, fwmark: { value: 7, mask: 0xffffffff }, action: { kind: 'blackhole' } as const }];
    const iptables = '*mangle\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -o tunl0 -j MARK --set-xmark 0x7/0xffffffff';
    const mine = machine('a', device(fwmark === undefined ? {} : { fwmark }), { rules, iptables });
    expect(ask(wire(mine, machine('b', device())), 'host', '10.2.0.0').verdict).toBe(verdict);
  });

  test('the outer packet is as much longer as its header is', () => {
    const world = wire(machine('a', device()), machine('b', device()));
    const { paths } = trace(world, {
      origin: { kind: 'socket', host: 'a', namespace: 'nodes/a/host' },
      dst: ip('10.2.0.0'),
      protocol: tcp,
      dport: 80,
    });
    const step = paths[0]?.hops[0]?.steps.find(({ kind }) => kind === 'encapsulate');
    expect(step).toMatchObject({ tunnel: 'ipip', outer: { protocol: 4, length: 80, dst: ip('192.168.0.2') } });
  });
});

describe('WireGuard', () => {
  type Wireguard = Extract<Device, { kind: 'wireguard' }>;
  const peer = (publicKey: string, endpoint: string | undefined, ...allowed: readonly string[]): Wireguard['peers'][number] => ({
    publicKey,
    endpoint: endpoint === undefined ? undefined : { ip: ip(endpoint), port: 51820 },
    allowed: allowed.map(net),
    source: { artifact: 'wireguard', line: 1, text: publicKey },
  });
  const a: Wireguard = {
    kind: 'wireguard',
    netnsid: undefined,
    publicKey: 'A',
    port: 51820,
    fwmark: 0,
    peers: [peer('C', '192.168.0.3', '10.0.0.0/8'), peer('B', '192.168.0.2', '10.2.0.0/16')],
  };
  const b: Wireguard = { ...a, publicKey: 'B', peers: [peer('A', '192.168.0.1', '10.1.0.0/16')] };
  const machine = (id: 'a' | 'b', device: Wireguard, more: Partial<NamespaceSpec> = {}) => {
    const [own, other] = id === 'a' ? [1, 2] : [2, 1];
    return host(id, {
      host: {
        links: [
          { ...eth0, addresses: [`192.168.0.${String(own)}/24`] },
          { name: 'wg0', addresses: [`10.${String(own)}.0.1/32`], device, noarp: true, mtu: 1420 },
        ],
        routes: [`10.${String(other)}.0.0/16 dev wg0`, '172.16.0.0/12 dev wg0'],
        ...listens,
        ...more,
      },
    });
  };
  const input = (rule: string): Partial<NamespaceSpec> => ({ iptables: `*filter\n:INPUT ACCEPT [0:0]\n${rule}` });

  test.each<[string, Wireguard, Wireguard, Partial<NamespaceSpec>, string, string, string]>([
    ['to the peer whose allowed addresses fit best', a, b, {}, '10.2.0.1', 'delivered', ''],
    ['nobody is allowed the destination', a, b, {}, '172.16.0.1', 'rejected', 'MODEL_DEVICE_DROP'],
    [
      'nobody knows where the peer is',
      { ...a, peers: [peer('B', undefined, '10.2.0.0/16')] },
      b,
      {},
      '10.2.0.1',
      'rejected',
      'MODEL_DEVICE_DROP',
    ],
    [
      'the other one knows by the packet where to answer',
      a,
      { ...b, peers: [peer('A', undefined, '10.1.0.0/16')] },
      {},
      '10.2.0.1',
      'delivered',
      '',
    ],
    ['the other one has another key', a, { ...b, publicKey: 'X' }, {}, '10.2.0.1', 'dropped', 'MODEL_DEVICE_DROP'],
    [
      'the other one does not know the sender',
      a,
      { ...b, peers: [peer('X', undefined, '10.1.0.0/16')] },
      {},
      '10.2.0.1',
      'dropped',
      'MODEL_DEVICE_DROP',
    ],
    [
      'the sender may not have that source',
      a,
      { ...b, peers: [peer('A', undefined, '10.9.0.0/16')] },
      {},
      '10.2.0.1',
      'dropped',
      'MODEL_DEVICE_DROP',
    ],
    [
      'a longer one of another peer takes the source',
      a,
      { ...b, peers: [...b.peers, peer('X', undefined, '10.1.0.1/32')] },
      {},
      '10.2.0.1',
      'dropped',
      'MODEL_DEVICE_DROP',
    ],
    ['another port', a, { ...b, port: 51821 }, {}, '10.2.0.1', 'dropped', 'SOCKET_NOT_LISTENING'],
    ['the outer packet is dropped', a, b, input('-A INPUT -p udp -m udp --dport 51820 -j DROP'), '10.2.0.1', 'dropped', 'NETFILTER_DROP'],
    ['the inner packet is dropped', a, b, input('-A INPUT -i wg0 -p tcp -j DROP'), '10.2.0.1', 'dropped', 'NETFILTER_DROP'],
  ])('%s', (_what, mine, theirs, more, dst, verdict, why) => {
    expect(ask(wire(machine('a', mine), machine('b', theirs, more)), 'host', dst)).toMatchObject({ verdict, why });
  });

  test("the outer packet has the device's mark, and nothing of the inner one's", () => {
    const { paths } = trace(wire(machine('a', { ...a, fwmark: 0xca6c }), machine('b', b)), {
      origin: { kind: 'socket', host: 'a', namespace: 'nodes/a/host' },
      dst: ip('10.2.0.1'),
      protocol: tcp,
      dport: 80,
      mark: 7,
    });
    const step = paths[0]?.hops[0]?.steps.find(({ kind }) => kind === 'encapsulate');
    expect(step).toMatchObject({ outer: { protocol: 17, length: 120, mark: 0xca6c, sport: 51820, dport: 51820, dst: ip('192.168.0.2') } });
    expect(paths[0]?.received?.packet.mark).toBe(0);
  });

  test('moved into a namespace that the dump does not tell, it is unknown', () => {
    expect(ask(wire(machine('a', { ...a, netnsid: 4 }), machine('b', b)), 'host', '10.2.0.1').verdict).toBe('unknown');
  });
});

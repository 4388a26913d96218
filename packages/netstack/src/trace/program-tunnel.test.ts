import { describe, expect, test } from '@jest/globals';
import { type LinkSpec, type NamespaceSpec, host, ip } from '../testing/world.ts';
import type { DeviceModel } from './device-model.ts';
import { trace } from './trace.ts';
import type { World } from './trace.types.ts';

// flanneld's backend udp, tried on a real cluster as well; here what its sockets and devices decide, one at a time.

const TUN: LinkSpec = { name: 'tun0', noarp: true, mtu: 1472, device: { kind: 'opaque', type: 'tun' } };

function node(id: 'a' | 'b', { up = true, sockets = ['udp 0.0.0.0:8285', 'tcp 0.0.0.0:80'], iptables = '' } = {}): ReturnType<typeof host> {
  const [n, other] = id === 'a' ? ['1', '2'] : ['2', '1'];
  const root: NamespaceSpec = {
    links: [
      { name: 'eth0', addresses: [`192.0.2.${n}/24`], device: { kind: 'physical' } },
      { ...TUN, up, addresses: [`10.244.${n}.0/32`] },
    ],
    routes: up ? [`10.244.${other}.0/24 dev tun0`] : [],
    sockets,
    iptables,
  };
  return host(id, { host: root });
}

/** What is for 10.244.2.0/24 goes to b, anything else to a; each hop takes one off the TTL. */
const program: DeviceModel = {
  name: 'acmed',
  claims: (_namespace, link) => link.name === 'tun0',
  transmit: (packet) => ({
    kind: 'encapsulate',
    packet: { ...packet, ttl: packet.ttl - 1 },
    outer: { dst: ip(Number(packet.dst) >>> 8 === 0x0af402 ? '192.0.2.2' : '192.0.2.1'), protocol: 17, sport: 8285, dport: 8285 },
    source: undefined,
    overhead: 28,
    evidence: [],
  }),
};

function world(a: ReturnType<typeof host>, b: ReturnType<typeof host>): World {
  const carry: World['fabric']['carry'] = ({ nextHop }) => {
    const to = nextHop === ip('192.0.2.1') ? a : nextHop === ip('192.0.2.2') ? b : undefined;
    return to === undefined ? { kind: 'nobody', reason: '' } : { kind: 'host', host: to.id, namespace: to.root, device: 'eth0' };
  };
  return { hosts: new Map([a, b].map((one) => [one.id, one])), fabric: { carry }, devices: [program] };
}

const ask = (b: ReturnType<typeof host>) =>
  trace(world(node('a'), b), {
    origin: { kind: 'socket', host: 'a', namespace: 'nodes/a/host' },
    dst: ip('10.244.2.0'),
    protocol: 6,
    dport: 80,
  });

describe('a program that carries packets between two hosts', () => {
  test('there and back, in datagrams of its own', () => {
    const { verdict, paths } = ask(node('b'));
    expect(verdict).toBe('delivered');
    const tunnels = paths.map(({ hops }) =>
      hops.flatMap(({ host: at, steps }) =>
        steps.flatMap((step) =>
          step.kind === 'encapsulate' || step.kind === 'decapsulate'
            ? [`${at} ${step.kind} ${step.tunnel} ${String(step.outer.dport)}`]
            : [],
        ),
      ),
    );
    expect(tunnels).toEqual([
      ['a encapsulate acmed 8285', 'b decapsulate acmed 8285'],
      ['b encapsulate acmed 8285', 'a decapsulate acmed 8285'],
    ]);
    expect(paths[0]?.received?.packet.ttl).toBe(63);
  });

  test.each<[string, Parameters<typeof node>[1], string, string]>([
    ['nobody listens there', { sockets: ['tcp 0.0.0.0:80'] }, 'dropped', 'SOCKET_NOT_LISTENING'],
    ['its device there is down', { up: false }, 'dropped', 'LINK_DOWN'],
    [
      'a rule there drops the datagram',
      { iptables: '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p udp -m udp --dport 8285 -j DROP\nCOMMIT\n' },
      'dropped',
      'NETFILTER_DROP',
    ],
  ])('%s', (_what, b, verdict, code) => {
    const result = ask(node('b', b));
    expect([result.verdict, result.paths.flatMap(({ causes }) => causes.map((cause) => cause.code))]).toEqual([verdict, [code]]);
  });
});

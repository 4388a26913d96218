import { describe, expect, test } from '@jest/globals';
import { formatIp } from '../address/ip.ts';
import { formatPrefix } from '../address/prefix.ts';
import type { Nexthop, Route } from '../namespace/route.ts';
import { dumpOf, recorded } from './__fixtures__/dump.ts';
import { parseNexthops } from './nexthops.ts';
import { parseRoutes } from './routes.ts';

function routesOf(objects: unknown, family: 4 | 6 = 4, nexthops: unknown = []): readonly Route[] {
  const dump = dumpOf({
    'ip-route-4': JSON.stringify(objects),
    'ip-route-6': JSON.stringify(objects),
    'ip-nexthop': JSON.stringify(nexthops),
  });
  return parseRoutes(dump, family, parseNexthops(dump).value).value;
}

/** As `ip route` would print it, short. */
function show(route: Route): string {
  const words = [route.table, route.type, formatPrefix(route.destination)];
  for (const hop of route.nexthops) words.push(showHop(hop));
  if (route.prefsrc !== undefined) words.push(`src ${formatIp(route.prefsrc)}`);
  words.push(`metric ${String(route.metric)}`);
  if (route.tos !== 0) words.push(`tos ${String(route.tos)}`);
  if (route.mtu !== undefined) words.push(`mtu ${String(route.mtu)}`);
  words.push(`scope ${String(route.scope)}`);
  if (route.unsupported !== undefined) words.push(`UNSUPPORTED ${route.unsupported}`);
  return words.join(' ');
}

function showHop(hop: Nexthop): string {
  const flags = [hop.onlink && 'onlink', hop.dead && 'dead', hop.linkdown && 'linkdown'].filter(Boolean);
  return `[${[hop.via === undefined ? '-' : formatIp(hop.via), hop.dev ?? '-', hop.weight, ...flags].join(' ')}]`;
}

describe('routes of a recorded namespace', () => {
  const dump = recorded('lab');
  const shown = ([4, 6] as const).flatMap((family) => parseRoutes(dump, family, parseNexthops(dump).value).value.map(show));

  test.each([
    ['default', 'main unicast 0.0.0.0/0 [10.1.0.254 e0 1] metric 0 scope 0'],
    ['connected', 'main unicast 10.1.0.0/24 [- e0 1] src 10.1.0.1 metric 0 scope 253'],
    ['multipath with weights', 'main unicast 10.50.0.0/16 [10.1.0.10 e0 1] [10.3.0.10 br0 3] metric 0 scope 0'],
    ['metric and source', 'main unicast 10.51.0.0/16 [10.1.0.10 e0 1] src 10.1.0.2 metric 50 scope 0'],
    ['MTU', 'main unicast 10.51.0.0/16 [10.1.0.11 e0 1] metric 60 mtu 1400 scope 0'],
    ['an appended twin stays', 'main unicast 10.51.0.0/16 [10.1.0.12 e0 1] metric 60 mtu 1300 scope 0'],
    ['TOS', 'main unicast 10.52.0.0/16 [10.1.0.10 e0 1] metric 0 tos 16 scope 0'],
    ['blackhole', 'main blackhole 10.53.0.0/16 metric 0 scope 0'],
    ['throw in another table', '100 throw 10.56.0.0/16 metric 0 scope 0'],
    ['onlink, host without /32', 'main unicast 10.57.0.1/32 [169.254.1.1 e0 1 onlink] metric 0 scope 0'],
    ['local default (AnyIP)', '200 local 10.58.0.0/16 [- lo 1] metric 0 scope 254'],
    ['an encap overwrites no destination', 'main unicast 10.59.0.0/16 metric 0 scope 253 UNSUPPORTED encap ip'],
    ['IPv6 gateway', 'main unicast 10.60.0.0/16 [fe80::1 e0 1] metric 0 scope 0'],
    ['next hop object', 'main unicast 10.61.0.0/16 [10.1.0.20 e0 1] metric 0 scope 0'],
    ['next hop group', 'main unicast 10.62.0.0/16 [10.1.0.20 e0 1] [10.1.0.21 e0 1] metric 0 scope 0'],
    ['next hop object that is a blackhole', 'main blackhole 10.63.0.0/16 metric 0 scope 0'],
    ['no carrier', 'main unicast 10.70.0.0/16 [- e1 1 linkdown] metric 0 scope 253'],
    ['broadcast', 'local broadcast 10.1.0.255/32 [- e0 1] src 10.1.0.1 metric 0 scope 253'],
    ['IPv6 multipath', 'main unicast fd00:50::/64 [fd00:1::10 e0 1] [fd00:3::10 br0 4] metric 1024 scope 0'],
    ['IPv6 unreachable prints dev lo', 'main unreachable fd00:54::/64 metric 1024 scope 0'],
    ['IPv6 MTU and source', 'main unicast fd00:57::/64 [fd00:1::10 e0 1] src fd00:1::1 metric 1024 mtu 1400 scope 0'],
    ['IPv6 source routing', 'main unicast fd00:58::/64 [fd00:1::10 e0 1] metric 1024 scope 0 UNSUPPORTED from fd00:1::/64'],
    ['IPv6 default', 'main unicast ::/0 [fd00:1::fe e0 1] metric 1024 scope 0'],
  ])('%s', (_name, expected) => {
    expect(shown).toContain(expected);
  });

  test('a source points at the object', () => {
    const [first] = parseRoutes(dump, 4, new Map()).value;
    expect(first?.source).toEqual({
      artifact: 'lab/ip-route-4',
      pointer: '/0',
      text: '{"type":"throw","dst":"10.56.0.0/16","table":"100","protocol":"boot","scope":"global","flags":[]}',
    });
  });
});

describe('traps of the format', () => {
  test.each<[string, object, string]>([
    [
      'without -d: no type, no scope, no table',
      { dst: '10.0.0.0/8', dev: 'e0', flags: [] },
      'main unicast 10.0.0.0/8 [- e0 1] metric 0 scope 0',
    ],
    ['names of rt_dsfield', { dst: 'default', dev: 'e0', tos: 'AF21' }, 'main unicast 0.0.0.0/0 [- e0 1] metric 0 tos 72 scope 0'],
    ['numbers for names', { dst: 'default', dev: 'e0', table: 254, scope: '253' }, '254 unicast 0.0.0.0/0 [- e0 1] metric 0 scope 253'],
    [
      'a dead next hop',
      { dst: 'default', dev: 'e0', flags: ['dead', 'linkdown'] },
      'main unicast 0.0.0.0/0 [- e0 1 dead linkdown] metric 0 scope 0',
    ],
    [
      'an unknown type',
      { dst: 'default', type: 'nat', dev: 'e0' },
      'main unknown 0.0.0.0/0 [- e0 1] metric 0 scope 0 UNSUPPORTED type nat',
    ],
    ['an unknown key', { dst: 'default', dev: 'e0', wormhole: 7 }, 'main unicast 0.0.0.0/0 [- e0 1] metric 0 scope 0 UNSUPPORTED wormhole'],
    [
      'an id that the dump of next hops lacks',
      { dst: 'default', nhid: 9 },
      'main unicast 0.0.0.0/0 metric 0 scope 0 UNSUPPORTED next hop object 9, which is not in the dump',
    ],
    ['no next hop at all', { dst: 'default' }, 'main unicast 0.0.0.0/0 metric 0 scope 0 UNSUPPORTED no next hop'],
    ['a realm decides nothing', { dst: 'default', dev: 'e0', flow: { to: '5' } }, 'main unicast 0.0.0.0/0 [- e0 1] metric 0 scope 0'],
    [
      'iproute2 6.15 prints an encap as an object',
      { dst: '10.17.0.0/16', encap: { encap_type: 'ip', id: 5, dst: '10.1.0.44' }, dev: 'e0' },
      'main unicast 10.17.0.0/16 metric 0 scope 0 UNSUPPORTED encap ip',
    ],
    [
      'a next hop with an encap among others',
      {
        dst: 'default',
        nexthops: [
          { dev: 'e0', weight: 2, flags: [] },
          { encap: 'mpls', dev: 'e1', weight: 1, flags: [] },
        ],
      },
      'main unicast 0.0.0.0/0 [- e0 2] metric 0 scope 0 UNSUPPORTED encap mpls',
    ],
  ])('%s', (_name, route, expected) => {
    expect(routesOf([route]).map(show)).toEqual([expected]);
  });

  test('old route dumps name a group alone: it is resolved, with its weights', () => {
    const nexthops = [
      { id: 1, gateway: '10.0.0.1', dev: 'e0' },
      { id: 2, gateway: '10.0.0.2', dev: 'e1' },
      { id: 10, group: [{ id: 1 }, { id: 2, weight: 3 }] },
    ];
    expect(routesOf([{ dst: 'default', nhid: 10 }], 4, nexthops).map(show)).toEqual([
      'main unicast 0.0.0.0/0 [10.0.0.1 e0 1] [10.0.0.2 e1 3] metric 0 scope 0',
    ]);
  });

  test('IPv6 routes of equal prefix and metric stay several', () => {
    const twin = { dst: 'fe80::/64', metric: 256 };
    expect(
      routesOf(
        [
          { ...twin, dev: 'e0' },
          { ...twin, dev: 'e1' },
        ],
        6,
      ),
    ).toHaveLength(2);
  });

  test.each(['10.0.0.0/33', 'nonsense', 'fd00::/8'])('a destination %s puts all routes in doubt', (dst) => {
    const dump = dumpOf({
      'ip-route-4': JSON.stringify([
        { dst, dev: 'e0' },
        { dst: 'default', dev: 'e0' },
      ]),
    });
    const parsed = parseRoutes(dump, 4, new Map());
    expect(parsed.value).toHaveLength(1);
    expect(parsed.gaps).toEqual([{ topic: 'routes', kind: 'malformed', why: expect.stringContaining(`"dst":"${dst}"`) }]);
  });
});

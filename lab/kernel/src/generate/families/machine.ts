import fc from 'fast-check';
import { routed, routed6 } from '../../topology.ts';
import { packets } from '../arbitraries/packets.ts';
import { PORTS, POOL4, POOL6, type Pool } from '../arbitraries/pool.ts';
import { policyRules, routes, sysctls } from '../arbitraries/routing.ts';
import type { Family } from '../family.ts';

/** Some of these, each with its arguments drawn. */
const some = (arbitrary: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<readonly string[]> => fc.array(arbitrary, { maxLength });
/** A line of shell that may be refused: then it is not there. */
const perhaps = (line: string): string => `${line} 2>/dev/null || :`;

/** Next hop objects, groups of them, and routes that use them. */
function nexthops({ six, addresses }: Pool): fc.Arbitrary<readonly string[]> {
  const [, x = '', , y = '', , nobody = ''] = addresses;
  const family = six ? '-6 ' : '';
  const objects = [
    `id 1 via ${y} dev ry`,
    `id 2 via ${x} dev rx`,
    `id 3 via ${nobody} dev ry`,
    'id 4 blackhole',
    'id 5 group 1/2,2',
    'id 6 group 1/3,3',
  ];
  const to = six ? ['fd20::/64', 'fd20::1/128', 'fd77::7/128', 'default'] : ['20.0.0.0/24', '20.0.0.1/32', '10.7.7.7/32', 'default'];
  const using = fc
    .record({ to: fc.constantFrom(...to), id: fc.constantFrom(1, 1, 2, 3, 4, 5, 5, 6), metric: fc.constantFrom('', ' metric 3') })
    .map(({ to: destination, id, metric }) => perhaps(`ip ${family}route add ${destination}${metric} nhid ${String(id)}`));
  return fc
    .tuple(fc.boolean(), some(using, 3))
    .map(([isUsed, lines]) => (isUsed ? [...objects.map((object) => perhaps(`ip ${family}nexthop add ${object}`)), ...lines] : []));
}

/** Neighbours that are fixed, wrong, or answered for. */
function neighbours({ six, addresses, answering }: Pool): fc.Arbitrary<readonly string[]> {
  const family = six ? '-6 ' : '';
  const known = fc
    .record({
      ip: fc.constantFrom(...addresses),
      dev: fc.constantFrom('rx', 'ry'),
      state: fc.constantFrom('lladdr 02:00:00:00:00:77 nud permanent', 'lladdr 02:00:00:00:00:77 nud noarp', 'nud failed'),
    })
    .map(({ ip, dev, state }) => perhaps(`ip ${family}neigh replace ${ip} dev ${dev} ${state}`));
  const proxied = fc
    .tuple(fc.constantFrom(...answering), fc.constantFrom('rx', 'ry'))
    .map(([ip, dev]) => perhaps(`ip ${family}neigh add proxy ${ip} dev ${dev}`));
  return fc.tuple(some(known, 1), some(proxied, 2)).map(([fixed, proxies]) => [...fixed, ...proxies]);
}

const DOWN = ['ip link set e0 down'];

/** Links that are down at one end or the other. */
function links(six: boolean): fc.Arbitrary<{ readonly r: readonly string[]; readonly y: readonly string[] }> {
  const nothing = { r: [], y: [] };
  return fc.constantFrom(
    nothing,
    nothing,
    nothing,
    { r: ['ip link set ry down'], y: [] },
    // An address of IPv6 goes with its link, and who listens on it can't.
    ...(six
      ? []
      : [
          { r: [], y: DOWN },
          { r: ['sysctl -qw net.ipv4.conf.all.ignore_routes_with_linkdown=1'], y: DOWN },
        ]),
    { r: ['ip link set ry mtu 1300'], y: [] },
  );
}

/** Who listens on y, on each of the ports: on one address, on all, on a device, in one family or both. */
function listeners(pool: Pool): fc.Arbitrary<readonly string[]> {
  const [, , , y = ''] = pool.addresses;
  const any = pool.six ? '[::]' : '0.0.0.0';
  const own = pool.six ? `[${y}]` : y;
  const far = pool.six ? '[fd20:0:0:1::1]' : '20.0.1.1';
  const loopback = pool.six ? '[::1]' : '127.0.0.1';
  const at = fc.constantFrom(any, any, own, far, loopback, `${any}%e0`, `${any}%lo`, '[::]');
  return (
    fc
      // Datagrams on 9 and connections on 80 are served as it is.
      .tuple(
        ...PORTS.map((number) =>
          fc.tuple(
            fc.constant(number),
            fc.constantFrom(...(number === 9 ? ['tcp'] : number === 80 ? ['udp'] : ['tcp', 'udp'])),
            fc.option(at),
          ),
        ),
      )
      .map((ports) =>
        ports.flatMap(([number, protocol, where]) => {
          if (where === null) return [];
          const [address = '', device] = where.split('%');
          // A datagram server on a wildcard answers from an address that no dump tells.
          const bound = protocol === 'udp' && (address === any || address === '[::]') ? own : address;
          return [`${protocol} ${bound}${device === undefined ? '' : `%${device}`}:${String(number)}`];
        }),
      )
      .chain((lines) => fc.boolean().map((only) => lines.map((line) => (only && line.includes('[::]:') ? `${line} only` : line))))
  );
}

/** A router without rules: what its links, neighbours, next hops, policy rules and sockets make of a packet. */
function machine(name: string, pool: Pool): Family {
  const lab = fc
    .record({
      routes: routes(pool),
      nexthops: nexthops(pool),
      neighbours: neighbours(pool),
      rules: policyRules(pool),
      settings: sysctls(pool),
      links: links(pool.six),
      served: listeners(pool),
    })
    .map(({ routes: lines, nexthops: objects, neighbours: known, rules, settings, links: { r, y }, served }) =>
      (pool.six ? routed6 : routed)({
        r: {
          then: [...lines, ...objects, ...known, ...r],
          rules,
          sysctls: settings,
          // That of ry may go with its link.
          listeners: [`udp ${pool.six ? `[${pool.router[0]}]` : pool.router[0]}:9`],
        },
        x: pool.x,
        y: { ...pool.y, then: [...(pool.y.then ?? []), ...y], listeners: served },
      }),
    );
  return { name, lab, probe: packets(pool) };
}

export const machine4 = machine('machine4', POOL4);
export const machine6 = machine('machine6', POOL6);

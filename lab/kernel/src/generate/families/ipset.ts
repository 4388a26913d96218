import fc from 'fast-check';
import { routed, routed6 } from '../../topology.ts';
import { type Piece, ruleset } from '../arbitraries/iptables.ts';
import { packets } from '../arbitraries/packets.ts';
import { POOL4, POOL6, type Pool, not } from '../arbitraries/pool.ts';
import type { Family } from '../family.ts';

/** Sets by name: their type with its options, what an element may be, and how many sides of a packet they ask for. */
function setsOf({
  six,
  addresses,
  networks,
  devices,
}: Pool): Readonly<Record<string, readonly [type: string, element: fc.Arbitrary<string>, dimensions: number]>> {
  const family = six ? ' family inet6' : '';
  const address = fc.constantFrom(...addresses);
  const network = fc.constantFrom(...networks.filter((text) => !/(^|:)20\//.test(text)));
  const port = fc.constantFrom('udp:9', 'udp:10', 'tcp:80', 'tcp:81', 'udp:9-10', six ? 'icmpv6:128/0' : 'icmp:8/0');
  const joined = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((texts) => texts.join(','));
  const maybeNot = (element: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(element, fc.constantFrom('', '', '', ' nomatch')).map((texts) => texts.join(''));
  const lasting = (element: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(element, fc.constantFrom('', ' timeout 0', ' timeout 3600')).map((texts) => texts.join(''));
  return {
    ip: [`hash:ip${family} timeout 600`, lasting(address), 1],
    masked: [`hash:ip${family} netmask ${six ? '64' : '24'}`, address, 1],
    net: [`hash:net${family}`, maybeNot(fc.oneof(network, address)), 1],
    ipport: [`hash:ip,port${family} counters`, joined(address, port), 2],
    ipportip: [`hash:ip,port,ip${family}`, joined(address, port, address), 3],
    ipportnet: [`hash:ip,port,net${family}`, joined(address, port, network), 3],
    netport: [`hash:net,port${family} comment`, maybeNot(joined(network, port)), 2],
    netiface: [`hash:net,iface${family}`, maybeNot(joined(network, fc.constantFrom(...devices))), 2],
    bport: ['bitmap:port range 0-65535', fc.constantFrom('9', '80', '10-80', '40000-40063'), 1],
    mapped: [
      `hash:ip${family} skbinfo`,
      fc.tuple(address, fc.constantFrom('0x1/0xf', '0x10/0xff')).map(([ip, mark]) => `${ip} skbmark ${mark}`),
      1,
    ],
    ...(six
      ? {}
      : {
          bip: [
            'bitmap:ip range 10.9.0.0/23',
            fc.constantFrom('10.9.0.2', '10.9.0.20-10.9.0.22', '10.9.1.2', '10.9.1.0-10.9.1.9'),
            1,
          ] as const,
        }),
  };
}

/** Input of `ipset restore`; the list comes after its members. */
function restore(pool: Pool): fc.Arbitrary<string> {
  const sets = Object.entries(setsOf(pool)).map(([name, [type, element]]) =>
    fc
      .uniqueArray(element, { minLength: 1, maxLength: 4, selector: (text) => text.split(' ')[0] })
      .map((elements) => [`create ${name} ${type}`, ...elements.map((text) => `add -exist ${name} ${text}`)]),
  );
  return fc
    .tuple(fc.tuple(...sets), fc.subarray(['ip', 'masked', 'net'], { minLength: 1 }))
    .map(([texts, members]) => [...texts.flat(), 'create any list:set', ...members.map((name) => `add any ${name}`), ''].join('\n'));
}

function matches(pool: Pool): readonly Piece[] {
  const side = fc.constantFrom('src', 'dst');
  const flags = (dimensions: number): fc.Arbitrary<string> =>
    fc.array(side, { minLength: dimensions, maxLength: dimensions }).map((each) => each.join(','));
  const all = [...Object.entries(setsOf(pool)).map(([name, [, , dimensions]]) => [name, dimensions] as const), ['any', 1] as const];
  const one = fc.constantFrom(...all).chain(([name, dimensions]) =>
    fc
      // With fewer sides than it has parts a set fits nothing, more are not looked at.
      .tuple(not, fc.constantFrom(0, 0, 0, 0, 1, -1), fc.constantFrom('', '', ' --return-nomatch'))
      .chain(([no, more, nomatch]) =>
        flags(Math.max(1, dimensions + more)).map((sides) => `-m set ${no}--match-set ${name} ${sides}${nomatch}`),
      ),
  );
  return [1, 2, 3, 4, 5, 6].map((index) => ({ kind: index < 5 ? 'set' : `set${String(index)}`, text: one }));
}

/** Before the rules of table mangle, marks by a set. */
const MAPPED = ['-A PREROUTING -j SET --map-set mapped src --map-mark', '-A OUTPUT -j SET --map-set mapped dst --map-mark'];

function ipset(name: string, pool: Pool): Family {
  const lab = fc
    .record({ ipset: restore(pool), rules: ruleset(pool, matches(pool)), legacy: fc.boolean(), mapped: fc.subarray(MAPPED) })
    .map(({ ipset: text, rules, legacy, mapped }) =>
      (pool.six ? routed6 : routed)({
        r: {
          ipset: text,
          listeners: pool.router.map((address) => `udp ${pool.six ? `[${address}]` : address}:9`),
          [`${pool.six ? 'ip6' : legacy ? '' : 'ip'}${legacy ? 'legacy' : 'tables'}`]: rules.replace(
            /(?<=^\*mangle\n(?::.*\n)+)/m,
            mapped.map((line) => `${line}\n`).join(''),
          ),
        },
        x: pool.x,
        y: pool.y,
      }),
    );
  return { name, lab, probe: packets(pool) };
}

export const ipset4 = ipset('ipset4', POOL4);
export const ipset6 = ipset('ipset6', POOL6);

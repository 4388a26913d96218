import fc from 'fast-check';
import type { Pool } from './pool.ts';

/** What follows `ip route add`. Two that differ in nothing that counts are refused: leave the second out. */
function route({ six, devices: [dx, dy], ...pool }: Pool): fc.Arbitrary<string> {
  const [, x = '', , y = ''] = pool.addresses;
  const [rx, ry] = pool.router;
  const far = six
    ? ['fd20::/16', 'fd20::/64', 'fd20::1/128', 'fd77::/64', 'default']
    : ['20.0.0.0/8', '20.0.0.0/24', '20.0.0.1/32', '10.7.7.0/24', 'default'];
  const by = [
    `via ${x}`,
    `via ${y}`,
    `via ${y}`,
    `via ${y} mtu 1300`,
    `via ${y} src ${rx}`,
    ...(six ? [] : [`via ${ry}`, `via ${y} tos 0x10`]),
    `dev ${dy}`,
    `dev ${dx}`,
    `nexthop via ${x} nexthop via ${y} weight 2`,
    'blackhole',
    'unreachable',
    'prohibit',
    'throw',
    'local',
  ];
  return fc
    .record({
      to: fc.constantFrom(...far),
      by: fc.constantFrom(...by),
      metric: fc.constantFrom('', ' metric 5', ' metric 7'),
      table: fc.constantFrom('', ' table 60'),
    })
    .map(({ to, by: how, metric, table }) => {
      if (how === 'local') return `local ${to} dev lo${metric}${table}`;
      if (how.startsWith('nexthop')) return `${to}${metric}${table} ${how}`;
      return how.includes(' ') ? `${to} ${how}${metric}${table}` : `${how} ${to}${metric}${table}`;
    });
}

/** Lines of shell that add routes; one that is refused is left out. */
export function routes(pool: Pool): fc.Arbitrary<readonly string[]> {
  return fc
    .uniqueArray(route(pool), { maxLength: 4, selector: (line) => line.replace(/(nexthop|via|dev) .*|dev \S+/g, '') })
    .map((lines) => lines.map((line) => `ip ${pool.six ? '-6 ' : ''}route add ${line} 2>/dev/null || :`));
}

/** What follows `ip rule add`. */
function policyRule({ six, networks, everything, devices: [dx] }: Pool): fc.Arbitrary<string> {
  const network = fc.constantFrom(everything, ...networks);
  return fc
    .record({
      not: fc.constantFrom('', '', '', 'not '),
      from: fc.option(network),
      to: fc.option(network),
      more: fc.constantFrom(
        '',
        ` iif ${dx}`,
        ' iif lo',
        // IPv6 answers an echo as if the device that it came by were asked for.
        ...(six ? [] : [` oif ${dx}`]),
        ' fwmark 1',
        ' fwmark 0x10/0xf0',
        ' tos 0x10',
        ' ipproto udp dport 9-10',
        ' ipproto udp sport 40000-40040',
        ' ipproto tcp',
        ' uidrange 0-100',
        ' uidrange 1000-2000',
      ),
      action: fc.constantFrom(
        'lookup 60',
        'lookup 60',
        'lookup main suppress_prefixlength 0',
        'prohibit',
        'unreachable',
        'blackhole',
        'nop',
        'goto 32766',
      ),
    })
    .map(({ not: no, from, to, more, action }) =>
      `${six ? '-6 ' : ''}${no}${from === null ? '' : `from ${from} `}${to === null ? '' : `to ${to}`}${more} ${action}`
        .replace(`from ${everything}`, 'from all')
        .replace(`to ${everything}`, 'to all')
        .replace(/ +/g, ' '),
    );
}

export function policyRules(pool: Pool): fc.Arbitrary<readonly string[]> {
  return fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: fc.array(policyRule(pool), { maxLength: 3 }) });
}

/** Settings of the router, those of its device `rx` with them. */
export function sysctls({ six, devices: [dx] }: Pool): fc.Arbitrary<Record<string, number>> {
  const often = (value: number, ...others: readonly number[]): fc.Arbitrary<number> =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(value) }, { weight: 2, arbitrary: fc.constantFrom(value, ...others) });
  const settings: Record<string, fc.Arbitrary<number>> = six
    ? { 'ipv6.conf.all.forwarding': often(1, 0) }
    : {
        'ipv4.ip_forward': often(1, 0),
        [`ipv4.conf.${dx}.rp_filter`]: often(0, 1, 2),
        'ipv4.conf.all.send_redirects': often(0, 1),
        [`ipv4.conf.${dx}.accept_local`]: often(0, 1),
        [`ipv4.conf.${dx}.route_localnet`]: often(0, 1),
        [`ipv4.conf.${dx}.proxy_arp`]: often(0, 1),
        [`ipv4.conf.${dx}.src_valid_mark`]: often(0, 1),
        [`ipv4.conf.${dx}.arp_ignore`]: often(0, 1, 2),
      };
  return fc.record(settings);
}

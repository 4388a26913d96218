import { describe, expect, test } from '@jest/globals';
import { parseIp } from '../../address/ip.ts';
import type { Packet } from '../../packet/packet.ts';
import { SYN, context, entryOf } from '../__fixtures__/context.ts';
import { ruleOf } from '../__fixtures__/rules.ts';
import type { MatchContext } from '../model.ts';

function ip(text: string) {
  const value = parseIp(text);
  if (value === undefined) throw new Error(text);
  return value;
}

type Given = Partial<Omit<MatchContext, 'packet'>> & { readonly packet?: Partial<Packet> };

function result(args: string, given: Given = {}, options: Parameters<typeof ruleOf>[1] = {}) {
  return ruleOf(args, options).target?.apply(context(given));
}

const marked = (mark: number): Given => ({
  packet: { mark: 0x11 },
  tracking: { state: 'NEW', entry: entryOf(SYN, { mark }), direction: 'original' },
});
const untracked: Given = { tracking: { state: 'INVALID', entry: undefined, direction: 'original' } };

describe('verdicts', () => {
  test.each([
    ['-j ACCEPT', { kind: 'accept' }],
    ['-j DROP', { kind: 'drop' }],
    ['-j RETURN', { kind: 'return' }],
    ['-j REJECT --reject-with icmp-net-unreachable', { kind: 'reject', with: { kind: 'icmp', type: 3, code: 0 } }],
    ['-j REJECT --reject-with icmp-host-unreachable', { kind: 'reject', with: { kind: 'icmp', type: 3, code: 1 } }],
    ['-j REJECT --reject-with icmp-proto-unreachable', { kind: 'reject', with: { kind: 'icmp', type: 3, code: 2 } }],
    ['-j REJECT --reject-with icmp-port-unreachable', { kind: 'reject', with: { kind: 'icmp', type: 3, code: 3 } }],
    ['-j REJECT --reject-with icmp-net-prohibited', { kind: 'reject', with: { kind: 'icmp', type: 3, code: 9 } }],
    ['-j REJECT --reject-with icmp-host-prohibited', { kind: 'reject', with: { kind: 'icmp', type: 3, code: 10 } }],
    ['-j REJECT --reject-with icmp-admin-prohibited', { kind: 'reject', with: { kind: 'icmp', type: 3, code: 13 } }],
    ['-p tcp -j REJECT --reject-with tcp-reset', { kind: 'reject', with: { kind: 'tcp-reset' } }],
    ['-j REJECT', { kind: 'reject', with: { kind: 'icmp', type: 3, code: 3 } }],
  ])('%s', (args, expected) => {
    expect(result(args)).toEqual(expected);
  });

  test.each([
    ['no-route', 0],
    ['adm-prohibited', 1],
    ['addr-unreachable', 3],
    ['port-unreachable', 4],
    ['policy-fail', 5],
    ['reject-route', 6],
  ])('IPv6: icmp6-%s', (name, code) => {
    expect(result(`-j REJECT --reject-with icmp6-${name}`, {}, { family: 'ip6' })).toEqual({
      kind: 'reject',
      with: { kind: 'icmp', type: 1, code },
    });
  });
});

describe('marks', () => {
  test.each([
    ['-j MARK --set-xmark 0x4000/0x4000', 0x4011],
    ['-j MARK --set-xmark 0x4000/0xffffffff', 0x4000],
    ['-j MARK --set-xmark 0x4000/0x0', 0x4011],
    ['-j MARK --set-xmark 0x11/0x0', 0],
    ['-j MARK --set-mark 0x2/0x1', 0x12],
    ['-j MARK --and-mark 0x10', 0x10],
    ['-j MARK --or-mark 0x80000000', 0x80000011],
    ['-j MARK --xor-mark 0x1', 0x10],
    ['-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf0', 0x20],
    ['-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff', 0x122],
    ['-j CONNMARK --restore-mark --mask 0xf', 0x12],
  ])('%s', (args, mark) => {
    expect(result(args, marked(0x122))).toMatchObject({ kind: 'continue', packet: { mark } });
  });

  test.each([
    ['-j CONNMARK --set-xmark 0x5/0x7', 0x125],
    ['-j CONNMARK --set-xmark 0x5/0xffffffff', 5],
    ['-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff', 0x11],
    ['-j CONNMARK --save-mark --nfmask 0x1 --ctmask 0x0f', 0x121],
  ])('%s', (args, connectionMark) => {
    expect(result(args, marked(0x122))).toEqual({ kind: 'continue', connectionMark });
  });

  test.each(['-j CONNMARK --set-xmark 0x5/0x7', '-j CONNMARK --save-mark', '-j CONNMARK --restore-mark'])(
    '%s does nothing without a connection',
    (args) => {
      expect(result(args, untracked)).toEqual({ kind: 'continue' });
    },
  );
});

describe('the header', () => {
  test.each<[string, Partial<Packet>]>([
    ['-j TTL --ttl-set 5', { ttl: 5 }],
    ['-j TTL --ttl-dec 1', { ttl: 63 }],
    ['-j TTL --ttl-dec 70', { ttl: 0 }],
    ['-j TTL --ttl-inc 1', { ttl: 65 }],
    ['-j TOS --set-tos 0x10/0xff', { tos: 0x10 }],
    ['-j TOS --set-tos 0x10/0x3f', { tos: 0x90 }],
    ['-j DSCP --set-dscp 0x08', { tos: 0x22 }],
    ['-p tcp -j ECN --ecn-tcp-remove', { tcpFlags: 2 }],
  ])('%s', (args, packet) => {
    expect(result(args, { packet: { tos: 0x82, tcpFlags: 0xc2 } }, { table: 'mangle' })).toMatchObject({ kind: 'continue', packet });
  });
});

describe('translation', () => {
  const range = {
    kind: 'nat',
    request: { manip: 'destination', kind: 'range', addresses: undefined, ports: undefined, random: false, persistent: false },
  };
  const one = { from: ip('1.1.1.1'), to: ip('1.1.1.1') };
  test.each([
    ['-p tcp -j DNAT --to-destination 1.1.1.1:8080', { addresses: one, ports: { from: 8080, to: 8080 } }],
    ['-j DNAT --to-destination 1.1.1.1', { addresses: one }],
    ['-p tcp -j DNAT --to-destination :80', { ports: { from: 80, to: 80 } }],
    [
      '-p tcp -j DNAT --to-destination 1.1.1.1-1.1.1.5:80-90',
      { addresses: { from: ip('1.1.1.1'), to: ip('1.1.1.5') }, ports: { from: 80, to: 90 } },
    ],
    [
      '-p tcp -j DNAT --to-destination 1.1.1.1:80-90/80 --random --persistent',
      { addresses: one, ports: { from: 80, to: 90, base: 80 }, random: true, persistent: true },
    ],
    [
      '-p tcp -j SNAT --to-source 1.1.1.1:80-90 --random-fully --persistent',
      { manip: 'source', addresses: one, ports: { from: 80, to: 90 }, random: true, persistent: true },
    ],
  ])('%s', (args, request) => {
    expect(result(args, {}, { table: 'nat' })).toEqual({ ...range, request: { ...range.request, ...request } });
  });

  test.each([
    ['-j DNAT --to-destination fd00::1', { addresses: { from: ip('fd00::1'), to: ip('fd00::1') } }],
    [
      '-p tcp -j DNAT --to-destination [fd00::1]:80',
      { addresses: { from: ip('fd00::1'), to: ip('fd00::1') }, ports: { from: 80, to: 80 } },
    ],
    [
      '-p tcp -j DNAT --to-destination [fd00::1-fd00::5]:80-90',
      { addresses: { from: ip('fd00::1'), to: ip('fd00::5') }, ports: { from: 80, to: 90 } },
    ],
    ['-p tcp -j DNAT --to-destination :80', { ports: { from: 80, to: 80 } }],
  ])('IPv6: %s', (args, request) => {
    expect(result(args, {}, { table: 'nat', family: 'ip6' })).toEqual({ ...range, request: { ...range.request, ...request } });
  });

  test.each([
    ['-j MASQUERADE', { manip: 'source', kind: 'masquerade', ports: undefined, random: false }],
    ['-j MASQUERADE --random-fully', { manip: 'source', kind: 'masquerade', ports: undefined, random: true }],
    ['-p tcp -j MASQUERADE --to-ports 80-90', { manip: 'source', kind: 'masquerade', ports: { from: 80, to: 90 }, random: false }],
    ['-p tcp -j REDIRECT', { manip: 'destination', kind: 'redirect', ports: undefined, random: false }],
    ['-p tcp -j REDIRECT --to-ports 80-90 --random', { manip: 'destination', kind: 'redirect', ports: { from: 80, to: 90 }, random: true }],
    ['-j NETMAP --to 10.5.0.0/16', { manip: 'destination', kind: 'netmap', network: ip('10.5.0.0'), mask: ip('255.255.0.0') }],
  ])('%s', (args, request) => {
    expect(result(args, { hook: 'prerouting' }, { table: 'nat' })).toEqual({ kind: 'nat', request });
  });

  test('NETMAP replaces the source after routing', () => {
    expect(result('-j NETMAP --to 10.5.0.0/16', { hook: 'postrouting' }, { table: 'nat' })).toMatchObject({ request: { manip: 'source' } });
  });
});

describe('tracking', () => {
  test.each(['-j NOTRACK', '-j CT --notrack'])('%s', (args) => {
    expect(result(args, untracked, { table: 'raw' })).toEqual({ kind: 'notrack' });
    expect(result(args, {}, { table: 'raw' })).toEqual({ kind: 'continue' });
    expect(ruleOf(args, { table: 'raw' }).tracks).toBe(false);
  });

  test.each([
    ['-j CT --zone 3', true],
    ['-j CT --helper ftp', true],
    ['-m conntrack --ctstate NEW', true],
    ['-m state --state NEW', true],
    ['-m connmark --mark 1', true],
    ['-m connbytes --connbytes 5:6 --connbytes-mode bytes --connbytes-dir both', true],
    ['-j CONNMARK --save-mark', true],
    ['-j DNAT --to-destination 1.1.1.1', true],
    ['-j MASQUERADE', true],
    ['-j NETMAP --to 10.5.0.0/16', true],
    ['-j DNAT --frobnicate', true],
    ['-m conntrack [unsupported revision] -j DROP', true],
    ['-m conntrack --ctstate', true],
    ['-p ! tcp -m conntrack --ctstate NEW', true],
    ['-j MARK --set-xmark 0x1/0x1', false],
    ['-m socket -j ACCEPT', false],
    ['-j TPROXY --on-port 1 --on-ip 0.0.0.0 --tproxy-mark 0x1/0x1', false],
  ])('does "%s" turn tracking on? %s', (args, tracks) => {
    expect(ruleOf(args, { table: 'nat' }).tracks).toBe(tracks);
  });
});

describe('targets that leave the packet alone', () => {
  test.each([
    '-j LOG --log-prefix "a b " --log-level 3 --log-uid',
    '-j NFLOG --nflog-group 3',
    '-j TRACE',
    '-j AUDIT --type accept',
    '-j CHECKSUM --checksum-fill',
    '-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
    '-j CLASSIFY --set-class 0001:0002',
    '-j TEE --gateway 1.2.3.4',
    '-j SET --add-set x src,dst --exist --timeout 5',
    '-j TCPOPTSTRIP --strip-options 8',
    '-j IDLETIMER --timeout 5 --label x',
    '-j LED --led-trigger-id x',
    '-j RATEEST --rateest-name x --rateest-interval 250.0ms --rateest-ewmalog 500.0ms',
    '-j CT --helper ftp',
  ])('%s', (args) => {
    expect(result(args, {}, { table: 'mangle' })).toEqual({ kind: 'continue' });
  });
});

describe('zones', () => {
  test.each([
    ['-j CT --zone 3', { original: 3, reply: 3 }],
    ['-j CT --zone-orig 3 --helper ftp', { original: 3, reply: 0 }],
    ['-j CT --zone-reply 65535', { original: 0, reply: 65535 }],
  ])('%s', (args, zone) => {
    expect(result(args, untracked, { table: 'raw' })).toEqual({ kind: 'zone', zone });
  });

  test('what is tracked already stays where it is', () => {
    expect(result('-j CT --zone 3', {}, { table: 'raw' })).toEqual({ kind: 'continue' });
  });
});

describe('prefixes of IPv6 (RFC 6296)', () => {
  test('an interface identifier of ones alone has no word that can be changed', () => {
    const packet = { dst: 0xfd05000000000000ffffffffffffffffn, src: 1n };
    expect(result('-j DNPT --src-pfx fd05::/64 --dst-pfx fd06::/64', { packet }, { table: 'mangle', family: 'ip6' })).toEqual({
      kind: 'drop',
    });
  });
});

describe('what is not evaluated is unknown', () => {
  test.each([
    '-j NFQUEUE --queue-num 3 --queue-bypass',
    '-p tcp -j SYNPROXY --wscale 7',
    '-j HMARK --hmark-mod 10',
    '-j SET --map-set x src --map-mark',
    '-j CT --zone mark',
    '-j CT --zone 3 --zone-orig 4',
    '-j MARK --set-xmark x',
    '-j MARK --set-xmark 0x1 --or-mark 0x2',
    '-j MARK',
    '-j CONNMARK --set-xmark 0x1/0x1 --left-shift-mark 3',
    '-j REJECT --reject-with icmp-frobnicated',
    '-j REJECT --reject-with icmp6-no-route',
    '-j ACCEPT --frobnicate',
    '-j DROP now',
    '-j DNAT --to-destination 1.1.1.1:99999',
    '-p tcp -j DNAT --to-destination :80/33',
    '-j DNAT --to-destination fd00::1',
    '-j DNAT',
    '-j DNAT --to-destination 1.1.1.1 --to-destination 1.1.1.2',
    '-j MASQUERADE --to-ports http',
    '-j TTL --ttl-set 300',
    '-j NOSUCHCHAIN',
    '-j ""',
  ])('%s', (args) => {
    expect(result(args, {}, { table: 'mangle' })?.kind).toBe('unknown');
  });
});

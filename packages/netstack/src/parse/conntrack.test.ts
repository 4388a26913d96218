import { describe, expect, test } from '@jest/globals';
import { formatIp } from '../address/ip.ts';
import type { Tuple } from '../packet/packet.ts';
import { dumpOf } from './__fixtures__/dump.ts';
import { parseConntrack } from './conntrack.ts';

function show(t: Tuple): string {
  return `${String(t.protocol)} ${formatIp(t.src)} ${String(t.sport)} > ${formatIp(t.dst)} ${String(t.dport)}`;
}

test.each([
  [
    'TCP with NAT',
    'ipv4     2 tcp      6 86372 ESTABLISHED src=10.244.0.3 dst=10.96.0.1 sport=47788 dport=443 src=172.30.0.1 dst=172.30.0.11 sport=6443 dport=47601 [ASSURED] mark=0 use=1',
    ['6 10.244.0.3 47788 > 10.96.0.1 443', '6 172.30.0.1 6443 > 172.30.0.11 47601', 0, 0],
  ],
  [
    'UDP without an answer, with mark and zone',
    'ipv4     2 udp      17 29 src=127.0.0.1 dst=127.0.0.1 sport=39613 dport=53 [UNREPLIED] src=127.0.0.1 dst=127.0.0.1 sport=53 dport=39613 mark=16 zone=5 use=1',
    ['17 127.0.0.1 39613 > 127.0.0.1 53', '17 127.0.0.1 53 > 127.0.0.1 39613', 16, 5],
  ],
  [
    'IPv6',
    'ipv6     10 udp      17 29 src=::1 dst=::1 sport=49314 dport=5354 [UNREPLIED] src=::1 dst=::1 sport=5354 dport=49314 mark=0 use=1',
    ['17 ::1 49314 > ::1 5354', '17 ::1 5354 > ::1 49314', 0, 0],
  ],
  [
    'not extended',
    'udp      17 29 src=::1 dst=::1 sport=49314 dport=5354 [UNREPLIED] src=::1 dst=::1 sport=5354 dport=49314 mark=0 use=1',
    ['17 ::1 49314 > ::1 5354', '17 ::1 5354 > ::1 49314', 0, 0],
  ],
  [
    'an echo has an identifier in place of ports',
    'ipv4     2 icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=5 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=5 mark=0 use=1',
    ['1 10.0.0.1 5 > 10.0.0.2 0', '1 10.0.0.2 5 > 10.0.0.1 0', 0, 0],
  ],
])('%s', (_name, line, [original, reply, mark, zone]) => {
  const parsed = parseConntrack(dumpOf({ conntrack: `\n${line}\n` }));
  expect(parsed.gaps).toEqual([]);
  expect(parsed.value.map((entry) => [show(entry.original), show(entry.reply), entry.mark, entry.zone])).toEqual([
    [original, reply, mark, { original: zone, reply: zone }],
  ]);
  expect(parsed.value[0]?.source).toEqual({ artifact: 'ns/conntrack', line: 2, text: line });
});

test.each([
  [
    'seen in one direction',
    'udp 17 29 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 [UNREPLIED] src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 mark=0 use=1',
    { replied: false, assured: false, state: undefined, offloaded: false },
  ],
  [
    'in both',
    'udp 17 29 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 [ASSURED] mark=0 use=1',
    { replied: true, assured: true, offloaded: false },
  ],
  [
    "TCP's state",
    'ipv4 2 tcp 6 9 TIME_WAIT src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 [ASSURED] mark=0 use=1',
    { state: 'TIME_WAIT', replied: true },
  ],
  [
    'offloaded: it has no state and no timeout',
    'ipv4 2 tcp 6 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 [OFFLOAD] mark=0 use=1',
    { state: undefined, offloaded: true },
  ],
  [
    'a zone for each direction',
    'udp 17 29 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 zone-orig=3 src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 zone-reply=4 mark=0 use=1',
    { zone: { original: 3, reply: 4 } },
  ],
])('%s', (_name, line, expected) => {
  expect(parseConntrack(dumpOf({ conntrack: line })).value).toMatchObject([expected]);
});

test('an entry that both listings print counts once', () => {
  const entry = (sport: number, id: number): string =>
    `ipv6 10 udp 17 29 src=::1 dst=::1 sport=${String(sport)} dport=2 src=::1 dst=::1 sport=2 dport=${String(sport)} mark=0 use=1 id=${String(id)}`;
  const parsed = parseConntrack(dumpOf({ conntrack: [entry(1, 7), entry(3, 8), entry(1, 7).replace(' 29 ', ' 28 ')].join('\n') }));
  expect(parsed.value.map((it) => it.original.sport)).toEqual([1, 3]);
});

test('counters are left out of the evidence', () => {
  const line =
    'ipv4 2 udp 17 29 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 packets=5 bytes=99 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 packets=0 bytes=0 mark=0 use=1';
  expect(parseConntrack(dumpOf({ conntrack: line })).value[0]?.source.text).toBe(
    'ipv4 2 udp 17 29 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 mark=0 use=1',
  );
});

describe('one gap for everything that can not be read', () => {
  test.each([
    ['a line of something else', 'lost connection to the kernel'],
    ['one direction', 'ipv4 2 udp 17 29 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2'],
    ['two families in a tuple', 'ipv4 2 udp 17 29 src=10.0.0.1 dst=::1 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1'],
  ])('%s', (_name, line) => {
    const parsed = parseConntrack(dumpOf({ conntrack: `${line}\n${line}\n` }));
    expect(parsed).toEqual({
      value: [],
      gaps: [{ topic: 'conntrack', kind: 'malformed', why: `ns/conntrack: line 1 and 1 more can't be read: ${line}` }],
    });
  });

  test("but the tool's closing remark is none", () => {
    expect(parseConntrack(dumpOf({ conntrack: 'conntrack v1.4.7 (conntrack-tools): 3 flow entries have been shown.' })).gaps).toEqual([]);
  });
});

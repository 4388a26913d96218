import { describe, expect, test } from '@jest/globals';
import { formatIp } from '../address/ip.ts';
import { dumpOf } from './__fixtures__/dump.ts';
import { parseIpvs } from './ipvs.ts';
import { parseNamespace } from './namespace.ts';

/** By hand, as `ip_vs_info_seq_show` of the kernel prints it: the kernel at hand has no IPVS. */
const FILE = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A600001:01BB rr persistent 10800 FFFFFFFF
  -> C0A80001:192B      Masq    1      0          5
  -> C0A80002:192B      Route   0      0          0
UDP  [fd00:0000:0000:0000:0000:0000:0000:000a]:0035 wlc
  -> [fd00:0000:0000:0000:0000:0000:0001:0002]:0035      Tunnel  3      0          0
SCTP  0A600002:0007 rr ops
FWM  00000010 sh
  -> 0A000001:0000      Local   1      0          0
`;

describe('/proc/net/ip_vs', () => {
  const { value, gaps } = parseIpvs(dumpOf({ 'ip-vs': FILE }));

  test('services and their servers', () => {
    expect(gaps).toEqual([]);
    expect(
      value.map(({ match, scheduler, persistent, servers }) => [
        match.kind === 'mark' ? `mark ${String(match.mark)}` : `${String(match.protocol)} ${formatIp(match.ip)} ${String(match.port)}`,
        persistent ? `${scheduler} persistent` : scheduler,
        ...servers.map((server) => `${server.forward} ${formatIp(server.ip)} ${String(server.port)} ${String(server.weight)}`),
      ]),
    ).toEqual([
      ['6 10.96.0.1 443', 'rr persistent', 'masq 192.168.0.1 6443 1', 'route 192.168.0.2 6443 0'],
      ['17 fd00::a 53', 'wlc', 'tunnel fd00::1:2 53 3'],
      ['132 10.96.0.2 7', 'rr'],
      ['mark 16', 'sh', 'local 10.0.0.1 0 1'],
    ]);
  });

  test('each has its line, without the counters', () => {
    expect(value[0]?.servers[0]?.source).toMatchObject({ line: 5, text: '-> C0A80001:192B Masq 1' });
  });

  test.each(['TCP  0A60:01BB rr', 'FWM  1 rr', '  -> C0A80001:192B Frob 1 0 0', 'AH  0A600001:0000 rr', '-> 0A600001:0050 Masq 1'])(
    'what can not be read makes a gap: %s',
    (line) => {
      expect(parseIpvs(dumpOf({ 'ip-vs': `${line}\n` })).gaps).toHaveLength(1);
    },
  );

  test.each([
    ['of a node without IPVS is no gap', {}, 0],
    ['of a node that balances is one', { sysctl: 'net/ipv4/vs/conntrack = 1\n' }, 1],
  ])('a file that was not collected: %s', (_what, artifacts, gaps) => {
    const artifactsOf = new Map(dumpOf(artifacts).artifacts);
    artifactsOf.delete('ip-vs');
    expect(parseNamespace({ id: 'ns', artifacts: artifactsOf }).gaps.filter(({ topic }) => topic === 'ipvs')).toHaveLength(gaps);
  });
});

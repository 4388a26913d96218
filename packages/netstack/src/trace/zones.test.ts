import { describe, expect, test } from '@jest/globals';
import { host, ip, world } from '../testing/world.ts';
import { trace } from './trace.ts';

/** A Service address, translated on a router whose raw table puts packets into zones; tried on Linux 6.18. */
function verdict(...raw: readonly string[]): string {
  const pod = (peer: string, net: string) => ({
    links: [{ name: 'eth0', addresses: [`10.0.${net}.2/24`], peer }],
    routes: [`default via 10.0.${net}.1 dev eth0`],
    sockets: ['udp 0.0.0.0:80'],
  });
  const built = host('n', {
    host: {
      links: [
        { name: 'va', addresses: ['10.0.1.1/24'], peer: 'a:eth0' },
        { name: 'vb', addresses: ['10.0.2.1/24'], peer: 'b:eth0' },
      ],
      legacy: [
        '*raw',
        ':PREROUTING ACCEPT [0:0]',
        ...raw.map((rule) => `-A PREROUTING ${rule}`),
        'COMMIT',
        '*nat',
        ':PREROUTING ACCEPT [0:0]',
        '-A PREROUTING -d 10.9.9.9/32 -j DNAT --to-destination 10.0.2.2',
      ].join('\n'),
    },
    a: pod('host:va', '1'),
    b: pod('host:vb', '2'),
  });
  const origin = { kind: 'socket', host: 'n', namespace: 'nodes/n/a' } as const;
  return trace(world([built]), { origin, dst: ip('10.9.9.9'), protocol: 17, dport: 80 }).verdict;
}

describe('zones of connection tracking: the answer finds its connection', () => {
  test.each<[string, string, readonly string[]]>([
    ['delivered', 'without a zone', []],
    ['delivered', 'in one zone both ways', ['-j CT --zone 1']],
    ['dropped', 'but not where it is in another', ['-i va -j CT --zone 1']],
    ['delivered', 'nor needs one where only the way there has a zone of its own', ['-i va -j CT --zone-orig 1']],
    ['dropped', 'unless the way there is what it is put into', ['-i va -j CT --zone-orig 1', '-i vb -j CT --zone 1']],
    ['delivered', 'where each way has its own', ['-i va -j CT --zone-orig 1', '-i vb -j CT --zone-orig 1']],
    ['delivered', 'by the first rule', ['-j CT --zone 1', '-i vb -j CT --zone 2']],
  ])('%s %s: %j', (expected, _why, raw) => {
    expect(verdict(...raw)).toBe(expected);
  });
});

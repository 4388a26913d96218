import { describe, expect, test } from '@jest/globals';
import type { Suspicion } from '../../contracts/suspicion.ts';
import { DROP, NODE, SEND, SERVE, diagnosis, forward, reply } from '../__fixtures__/diagnosis.ts';
import { writeText } from './write-text.ts';

const RULE = '-A FORWARD -p tcp -m tcp --dport 8080 -j DROP';
const CAUSE: Suspicion & { cause: boolean } = {
  code: 'NETFILTER_DROP',
  level: 'FATAL',
  on: { type: 'node', id: 'n1' },
  message: `A rule of node n1 drops the packet: ${RULE}`,
  evidence: [{ artifact: 'nodes/n1/host/iptables-nft-save', line: 31, text: RULE }],
  remedy: 'On node n1: iptables-nft -t filter -D FORWARD -p tcp -m tcp --dport 8080 -j DROP',
  cause: true,
};
const FACT: Suspicion & { cause: boolean } = {
  code: 'POD_NOT_READY',
  level: 'WARNING',
  on: { type: 'pod', id: 'default/web' },
  message: 'Pod default/web is not ready',
  evidence: [{ object: { kind: 'Pod', namespace: 'default', name: 'web' }, path: '/status/conditions', value: { status: 'False' } }],
  remedy: '',
  cause: false,
};
const DROPPED = diagnosis({ verdict: 'dropped', suspicions: [CAUSE, FACT], paths: [forward('dropped', 1, SEND, DROP)] });

test('a healthy connection: the verdict, what is intended, the way, the answer', () => {
  expect(writeText(diagnosis())).toBe(`\
✔ DELIVERED  pod default/client (10.0.0.2) → service default/web:80 (10.96.0.9) tcp
  intended: delivered, by Service default/web (80/TCP)

WAY
    pod default/client  eth0 →
    node n1             veth1 → veth2
      destination address translated: 10.96.0.9:80 -> 10.0.0.3:8080
  ✔ pod default/web     → eth0
      a socket takes it
  ✔ the answer comes back by node n1
`);
});

test('a broken one: the cause first, with where it stands and how to mend it; then what else was seen', () => {
  expect(writeText(DROPPED)).toBe(`\
✘ DROPPED  pod default/client (10.0.0.2) → service default/web:80 (10.96.0.9) tcp
  intended: delivered, by Service default/web (80/TCP)

CAUSE  NETFILTER_DROP  FATAL on node n1
  A rule of node n1 drops the packet: -A FORWARD -p tcp -m tcp --dport 8080 -j DROP
    nodes/n1/host/iptables-nft-save:31
  mend: On node n1: iptables-nft -t filter -D FORWARD -p tcp -m tcp --dport 8080 -j DROP

ALSO SEEN
  POD_NOT_READY  WARNING on pod default/web
    Pod default/web is not ready
      Pod default/web /status/conditions
        {"status":"False"}

WAY
    pod default/client  eth0 →
  ✘ node n1             → veth1
      iptables-nft ip table filter, chain FORWARD: drop
      dropped: NETFILTER_DROP
`);
});

describe('several ways', () => {
  const WEB2 = { ...SERVE, node: { type: 'pod', id: 'default/web-2' } };
  const ways = [
    forward('delivered', 0.25, SEND, SERVE),
    forward('dropped', 0.25, SEND, DROP),
    forward('dropped', 0.25, SEND, DROP),
    forward('delivered', 0.25, SEND, WEB2),
  ];
  const text = writeText(diagnosis({ verdict: 'dropped', suspicions: [CAUSE], paths: ways }));

  test('how many of them are hurt stands at the top', () => {
    expect(text).toMatch(/^✘ DROPPED on 2 of 4 ways \(50 %\) {2}pod default\/client/);
  });
  test('those that end alike are one row', () => {
    expect(text).toContain(`
WAYS
   25 %  ✔ delivered  pod default/web
   50 %  ✘ dropped    at node n1 (2 ways)
   25 %  ✔ delivered  pod default/web-2
`);
  });
  test('the hops shown are those of the worst', () => {
    expect(text).toContain('\nWAY 2 of 4 (25 %)\n');
    expect(text).not.toContain('WAY 1 of 4');
  });
  test('-o wide shows all of them, every step, with its evidence', () => {
    const wide = writeText(diagnosis({ verdict: 'dropped', suspicions: [CAUSE], paths: ways }), { wide: true });
    for (const index of [1, 2, 3, 4]) expect(wide).toContain(`\nWAY ${String(index)} of 4`);
    expect(wide).toContain('nodes/n1/pods/default_client/ip-route-4#/0');
  });
  test('more than a dozen ends are counted', () => {
    const many = Array.from({ length: 20 }, (_, index) =>
      forward('delivered', 0.05, SEND, { ...SERVE, node: { type: 'pod', id: `default/web-${String(index)}` } }),
    );
    expect(writeText(diagnosis({ paths: many }))).toContain('  and 8 more: -o wide\n');
  });
  test.each([
    [null, '    ?'],
    [0.001, ' <1 %'],
    [1, '100 %'],
  ])('a probability of %p is shown as %p', (probability, shown) => {
    const paths = [forward('delivered', probability, SEND, SERVE), forward('unknown', 0, SEND, NODE)];
    expect(writeText(diagnosis({ verdict: 'unknown', paths }))).toContain(`\n  ${shown}  ✔ delivered`);
  });
});

describe('an answer that is lost', () => {
  const text = writeText(
    diagnosis({
      verdict: 'dropped',
      suspicions: [CAUSE],
      paths: [forward('delivered', 1, SEND, SERVE), reply(0, 'dropped', 1, SEND, DROP)],
    }),
  );
  test('is shown hop by hop', () => {
    expect(text).toContain(`AND BACK
    pod default/client  eth0 →
  ✘ node n1             → veth1
`);
  });
});

describe('the page', () => {
  test('without symbols beyond ASCII', () => {
    expect(writeText(DROPPED, { unicode: false })).toMatch(/^[\u0000-\u007f]+$/);
  });
  test.each([60, 72, 100])('prose keeps to %d columns', (width) => {
    const wordy = diagnosis({
      verdict: 'dropped',
      suspicions: [{ ...CAUSE, message: 'word '.repeat(80), remedy: 'mend '.repeat(80), evidence: [] }],
      paths: [],
    });
    const prose = writeText(wordy, { width }).split('\n').slice(3);
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(width);
  });
  test('a word that is too long stays whole, to be copied', () => {
    const path = `/${'a'.repeat(150)}`;
    expect(writeText(diagnosis({ suspicions: [{ ...FACT, message: `see ${path} there` }] }))).toContain(path);
  });
  test('long evidence is cut, and whole with -o wide', () => {
    const text = `-A FORWARD -m comment --comment "${'x'.repeat(200)}" -j ACCEPT`;
    const seen = diagnosis({ suspicions: [{ ...FACT, evidence: [{ artifact: 'a', line: 1, text }] }] });
    expect(writeText(seen)).not.toContain(text);
    expect(writeText(seen, { wide: true })).toContain(text);
  });
  test('what a dump holds does not reach the terminal as control characters', () => {
    const text = writeText(
      diagnosis({
        suspicions: [{ ...FACT, message: 'bad \u001b[2J name', evidence: [{ artifact: 'a', line: 1, text: '\u001b]0;x\u0007' }] }],
      }),
    );
    expect(text).not.toContain('\u001b');
  });
  test('colours are the caller’s', () => {
    const tag = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const paint = { bold: tag('b'), dim: tag('d'), red: tag('r'), green: tag('g'), yellow: tag('y'), cyan: tag('c') };
    expect(writeText(DROPPED, { paint })).toContain('<b><r>✘ DROPPED</r></b>');
  });
  test('what could not be collected is told at the end', () => {
    const text = writeText(diagnosis({ verdict: 'unknown', collected: { nodes: [], missing: [{ what: 'node n2', why: 'NotReady' }] } }));
    expect(text.endsWith('\nNOT COLLECTED\n  node n2: NotReady\n')).toBe(true);
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Topic } from '../source.ts';
import { type Recording, dumpOf, recorded } from './__fixtures__/dump.ts';
import { ARTIFACTS, type ArtifactName, type NamespaceDump } from './artifact.ts';
import { parseNamespace } from './namespace.ts';

/** Those of the netfilter parsers have tests of their own. */
const OURS: ReadonlySet<Topic> = new Set<Topic>([
  'links',
  'addresses',
  'routes',
  'rules',
  'nexthops',
  'neighbours',
  'fdb',
  'bridge-ports',
  'sysctls',
  'sockets',
  'conntrack',
  'tc',
  'xfrm',
]);

function gapsOf(dump: NamespaceDump): string[] {
  return parseNamespace(dump)
    .gaps.filter((gap) => OURS.has(gap.topic))
    .map((gap) => `${gap.topic} ${gap.kind}: ${gap.why}`);
}

function without(dump: NamespaceDump, ...names: ArtifactName[]): NamespaceDump {
  return { ...dump, artifacts: new Map([...dump.artifacts].filter(([name]) => !names.includes(name))) };
}

function changed(
  dump: NamespaceDump,
  name: ArtifactName,
  by: Partial<{ text: string; status: number; error: string; truncated: boolean }>,
): NamespaceDump {
  const artifact = dump.artifacts.get(name) ?? { text: '', status: 0, error: '', truncated: false };
  return { ...dump, artifacts: new Map([...dump.artifacts, [name, { ...artifact, ...by }]]) };
}

describe('recorded namespaces', () => {
  test.each<[Recording, object]>([
    ['node1', { links: 8, routes: 41, rules: 5, sockets: 10, conntrack: 7 }],
    ['node2', { links: 7, routes: 37, rules: 5, sockets: 10, conntrack: 3 }],
    ['pod', { links: 2, routes: 12, rules: 5, sockets: 1, conntrack: 0 }],
  ])('%s is read without a gap', (name, sizes) => {
    const namespace = parseNamespace(recorded(name));
    const { links, routes, rules, sockets, conntrack } = namespace;
    expect({
      links: links.length,
      routes: routes.length,
      rules: rules.length,
      sockets: sockets.length,
      conntrack: conntrack.length,
    }).toEqual(sizes);
    expect(gapsOf(recorded(name))).toEqual([]);
  });

  test('sysctls by path', () => {
    const { sysctls } = parseNamespace(recorded('node1'));
    expect(sysctls.get('net/ipv4/ip_forward')).toBe('1');
    expect(sysctls.get('net/ipv4/conf/flannel.1/forwarding')).toBe('1');
    expect(sysctls.get('net/bridge/bridge-nf-call-iptables')).toBe('1');
  });

  test('links by index, rules by priority', () => {
    const shuffled = dumpOf({
      'ip-link': JSON.stringify([5, 1, 3].map((ifindex) => ({ ifindex, ifname: `e${String(ifindex)}`, mtu: 1500, flags: [] }))),
      'ip-rule-4': JSON.stringify([9, 0, 5].map((priority) => ({ priority, src: 'all', table: 'main' }))),
      'ip-rule-6': JSON.stringify([{ priority: 5, src: 'all', table: 'local' }]),
    });
    const { links, rules } = parseNamespace(shuffled);
    expect(links.map((link) => link.index)).toEqual([1, 3, 5]);
    expect(rules.map((rule) => `${String(rule.priority)} v${String(rule.family)}`)).toEqual(['0 v4', '5 v4', '5 v6', '9 v4']);
  });

  test('IPsec policies are a gap', () => {
    expect(gapsOf(recorded('lab'))).toEqual(['xfrm unsupported: IPsec policies (xfrm) are not modelled']);
  });

  test.each(['', '[]', '[ ]\n', 'src 0.0.0.0/0 dst 0.0.0.0/0\n\tsocket in priority 0 ptype main\n'])(
    'no policy for packets: %j',
    (text) => {
      expect(gapsOf(changed(recorded('pod'), 'ip-xfrm-policy', { text }))).toEqual([]);
    },
  );
});

describe('what is missing is a gap, never an empty table', () => {
  const pod = recorded('pod');
  const node = recorded('node1');

  test.each<[ArtifactName, Topic]>([
    ['ip-link', 'links'],
    ['ip-addr', 'addresses'],
    ['ip-route-4', 'routes'],
    ['ip-route-6', 'routes'],
    ['ip-rule-4', 'rules'],
    ['ip-rule-6', 'rules'],
    ['ip-nexthop', 'nexthops'],
    ['ip-neigh', 'neighbours'],
    ['ip-neigh-proxy', 'neighbours'],
    ['bridge-fdb', 'fdb'],
    ['ss', 'sockets'],
    ['conntrack', 'conntrack'],
    ['sysctl', 'sysctls'],
    ['tc-filter', 'tc'],
    ['ip-xfrm-policy', 'xfrm'],
  ])('%s', (name, topic) => {
    expect(gapsOf(without(node, name))).toContain(`${topic} missing: ${name} was not collected`);
    expect(gapsOf(changed(node, name, { text: '', status: 127 }))).toContain(
      `${topic} missing: ${name} was not collected: its tool is not installed`,
    );
    expect(gapsOf(changed(node, name, { status: 124 }))).toContain(
      `${topic} missing: ${name} was not collected: its tool ran into the time limit`,
    );
    expect(gapsOf(changed(node, name, { status: 1, error: 'ouch\nmore' }))).toContain(
      `${topic} missing: ${name} is incomplete: its tool failed with status 1 (ouch)`,
    );
    expect(gapsOf(changed(node, name, { truncated: true }))).toContain(
      `${topic} truncated: ${name} is cut off: the collector's stream ended inside it`,
    );
  });

  test('a pod without a bridge needs no bridge tool', () => {
    expect(gapsOf(without(pod, 'bridge-fdb', 'bridge-link', 'bridge-vlan'))).toEqual([]);
    expect(gapsOf(changed(pod, 'bridge-vlan', { text: '[', status: 1 }))).toEqual([]);
  });

  test('ports that ip link describes need no bridge link', () => {
    expect(gapsOf(without(node, 'bridge-link'))).toEqual([]);
  });

  test('a kernel without IPv6 has nothing to dump', () => {
    const error = 'RTNETLINK answers: Address family not supported by protocol';
    expect(gapsOf(changed(pod, 'ip-route-6', { text: '', status: 2, error }))).toEqual([]);
  });

  test('no namespace is without a link', () => {
    expect(gapsOf(changed(pod, 'ip-link', { text: '' }))).toContain('links malformed: ip-link is empty');
  });
});

describe('broken JSON', () => {
  const routes = recorded('pod').artifacts.get('ip-route-4')?.text ?? '';
  const cutAt = (at: number): { routes: number; gaps: string[] } => {
    const dump = changed(recorded('pod'), 'ip-route-4', { text: routes.slice(0, at) });
    return { routes: parseNamespace(dump).routes.filter((route) => route.family === 4).length, gaps: gapsOf(dump) };
  };

  test('what is complete of a cut list is used', () => {
    const whole = cutAt(routes.length).routes;
    const cut = cutAt(routes.lastIndexOf('{') + 5);
    expect(cut.routes).toBe(whole - 1);
    expect(cut.gaps).toEqual([expect.stringMatching(/^routes malformed: ip-route-4 is no valid JSON list/)]);
  });

  test.each(['[', '{', 'null', '7', '"x"', 'Object "route" is unknown', '[1]', '[null]', '[[]]'])('%s', (text) => {
    expect(gapsOf(changed(recorded('pod'), 'ip-route-4', { text }))).toEqual([expect.stringMatching(/^routes malformed: ip-route-4 /)]);
  });

  test('a bracket inside of a string ends nothing', () => {
    const text = '[{"dst":"default","dev":"a]}\\"{["},{"dst":"10.0.0.0/8","dev":"b"},{"ds';
    expect(parseNamespace(dumpOf({ 'ip-route-4': text })).routes.map((route) => route.nexthops[0]?.dev)).toEqual(['a]}"{[', 'b']);
  });
});

describe('no input throws or hangs', () => {
  const recordings = (['node1', 'pod', 'lab'] as const).map(recorded);
  const texts = recordings.flatMap((dump) => [...dump.artifacts].map(([name, artifact]) => ({ name, text: artifact.text })));
  const ours = texts.filter(({ name, text }) => text !== '' && !/tables|nft|ipset/.test(name));

  test('random text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ARTIFACTS), fc.string({ unit: 'binary', maxLength: 200 }), (name, text) => {
        parseNamespace(dumpOf({ [name]: text }));
      }),
    );
  });

  test('random JSON', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ARTIFACTS), fc.jsonValue(), (name, value) => {
        parseNamespace(
          dumpOf({
            [name]: JSON.stringify([value, { dst: value, type: value, dev: value, flags: value, nexthops: [value], metrics: value }]),
          }),
        );
      }),
    );
  });

  test('recorded text with a piece replaced', () => {
    const piece = fc.oneof(fc.constantFrom('', '"', '{', ']', ',null', '-1', '1e99', '\\', '\n'), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.constantFrom(...ours), fc.nat(), fc.nat(20), piece, ({ name, text }, position, length, by) => {
        const at = position % text.length;
        const namespace = parseNamespace(dumpOf({ [name]: text.slice(0, at) + by + text.slice(at + length) }));
        expect(namespace.links.every((link) => Number.isSafeInteger(link.index))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('more gaps than a call takes arguments', () => {
    const broken = `[${Array.from({ length: 200_000 }, (_, i) => `{"x":${String(i)}}`).join(',')}]`;
    expect(parseNamespace(dumpOf({ 'ip-route-4': broken })).gaps.length).toBeGreaterThan(100_000);
  });

  test('a value of recorded JSON replaced by any other', () => {
    const lists = ours.flatMap(({ name, text }) =>
      text.startsWith('[{') ? [{ name, list: JSON.parse(text) as Record<string, unknown>[] }] : [],
    );
    fc.assert(
      fc.property(fc.constantFrom(...lists), fc.nat(), fc.nat(), fc.jsonValue(), ({ name, list }, n, m, value) => {
        const copy = structuredClone(list);
        const element = copy[n % copy.length] ?? {};
        const keys = Object.keys(element);
        element[keys[m % keys.length] ?? 'x'] = value;
        parseNamespace(dumpOf({ [name]: JSON.stringify(copy) }));
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['deep nesting', `[{"dst":${'['.repeat(200_000)}`],
    ['deep nesting, closed', `[{"dst":${'['.repeat(100_000)}${']'.repeat(100_000)}}]`],
    ['many broken elements', `[${'{"dst":"x"},'.repeat(50_000)}`],
    ['one long line', 'a '.repeat(500_000)],
    ['many short lines', 'a\n'.repeat(300_000)],
    ['equal signs', `${'src='.repeat(100_000)} ${'src=1 '.repeat(100_000)}`],
  ])(
    '%s in every artifact',
    (_name, text) => {
      const outputs = Object.fromEntries(ARTIFACTS.filter((name) => !/tables|nft|ipset/.test(name)).map((name) => [name, text]));
      expect(parseNamespace(dumpOf(outputs)).gaps.length).toBeGreaterThan(5);
    },
    120_000,
  );
});

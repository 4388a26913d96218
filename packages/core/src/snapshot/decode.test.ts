import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { NodeDump } from './node-dump.ts';
import { cksum } from './checksum.ts';
import { decodeNodeDump } from './decode.ts';
import { hostFromDump } from './host-from-dump.ts';

interface Part {
  readonly path: string;
  readonly text: string;
  readonly status?: number;
}

const PARTS: readonly Part[] = [
  {
    path: 'meta',
    text: 'collector 1\nnode node1\nhostname n1.example\nkernel Linux 6.1.0 x86_64\nstarted 2026-01-02T03:04:05Z\ntool ip ip: ip utility, iproute2-6.1.0\ntool nft -\n',
  },
  { path: 'host/meta', text: 'kind host\ninode 4026531840\n' },
  { path: 'host/ip-link', text: '[{"ifindex":1,"ifname":"lo"}]\n' },
  { path: 'host/nft', text: '', status: 127 },
  { path: 'host/nft.err', text: 'nft: not found\n' },
  {
    path: 'pods/default_web-1/meta',
    text: 'kind pod\nnamespace default\nname web-1\nuid 11111111-2222-3333-4444-555555555555\ninode 4026532000\n',
  },
  { path: 'pods/default_web-1/ss', text: 'tcp LISTEN 0 5 0.0.0.0:80 0.0.0.0:*\n' },
  { path: 'pods/default_web-1/iptables-nft-save', text: '# ünïcode\n*filter\n@ host/ss 3 0 -\nCOMMIT\n' },
  { path: 'netns/4026532111/meta', text: 'kind other\ninode 4026532111\nproblem could not be entered: no permission\n' },
  { path: 'problems', text: 'timeout: not found; only the deadline bounds the commands\n' },
];

function stream(parts: readonly Part[] = PARTS): Buffer {
  const headers = parts.map(({ path, text, status = 0 }) => `@ ${path} ${Buffer.byteLength(text)} ${status} ${cksum(Buffer.from(text))}\n`);
  const body = parts.map(({ text }, index) => `${headers[index]}${text}\n`).join('');
  return Buffer.from(`skoop-dump 1 node=node1\n${body}@end ${parts.length} ${cksum(Buffer.from(headers.join('')))}\n`);
}

function decoded(bytes: Uint8Array): NodeDump {
  const result = decodeNodeDump(bytes);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

const WHOLE = decoded(gzipSync(stream()));

describe('checksum', () => {
  test.each([
    ['', 4294967295],
    ['123456789', 930766865],
    ['a\n'.repeat(200), 2109753528],
  ])('of %j is what POSIX cksum prints', (text, expected) => {
    expect(cksum(Buffer.from(text))).toBe(expected);
  });
});

describe('a whole dump', () => {
  test('says who was collected, when and with what', () => {
    expect(WHOLE).toMatchObject({
      node: 'node1',
      truncated: false,
      meta: {
        collector: '1',
        hostname: 'n1.example',
        kernel: 'Linux 6.1.0 x86_64',
        started: '2026-01-02T03:04:05Z',
        tools: { ip: 'ip: ip utility, iproute2-6.1.0', nft: '-' },
      },
    });
  });

  test('says which namespaces they are', () => {
    expect(WHOLE.namespaces.map(({ folder, kind, pod }) => ({ folder, kind, pod }))).toEqual([
      { folder: 'host', kind: 'host', pod: undefined },
      {
        folder: 'pods/default_web-1',
        kind: 'pod',
        pod: { namespace: 'default', name: 'web-1', uid: '11111111-2222-3333-4444-555555555555' },
      },
      { folder: 'netns/4026532111', kind: 'other', pod: undefined },
    ]);
  });

  test('keeps outputs as they are, what looks like a header too', () => {
    const [host, pod] = WHOLE.namespaces;
    expect(host?.artifacts.get('ip-link')).toEqual({ text: '[{"ifindex":1,"ifname":"lo"}]\n', status: 0, error: '', truncated: false });
    expect(pod?.artifacts.get('iptables-nft-save')?.text).toBe('# ünïcode\n*filter\n@ host/ss 3 0 -\nCOMMIT\n');
  });

  test('carries a failed command with its status and its error', () => {
    expect(WHOLE.namespaces[0]?.artifacts.get('nft')).toEqual({ text: '', status: 127, error: 'nft: not found', truncated: false });
  });

  test('says what the collector could not read', () => {
    expect(WHOLE.problems).toEqual([
      'timeout: not found; only the deadline bounds the commands',
      'netns/4026532111: could not be entered: no permission',
    ]);
  });

  test('may be unpacked already', () => {
    expect(decoded(stream())).toEqual(WHOLE);
  });

  test('marks an output that was cut at the collector’s limit', () => {
    const dump = decoded(stream([{ path: 'host/conntrack', text: 'ipv4', status: 153 }]));
    expect(dump.namespaces[0]?.artifacts.get('conntrack')).toMatchObject({ status: 153, truncated: true });
  });

  test('ignores what is no folder of a namespace', () => {
    const dump = decoded(
      stream([
        { path: '../../etc/ip-link', text: '[]' },
        { path: 'pods/../ip-link', text: '[]' },
        { path: 'host/ip-link', text: '[]' },
      ]),
    );
    expect(dump.namespaces.map(({ folder }) => folder)).toEqual(['host']);
  });
});

/** What a part of a dump says must be what the whole says, or be marked as cut. */
function expectPartOf(dump: NodeDump, whole: NodeDump): void {
  for (const namespace of dump.namespaces) {
    const original = whole.namespaces.find(({ folder }) => folder === namespace.folder);
    expect(original).toBeDefined();
    for (const [name, artifact] of namespace.artifacts) {
      const expected = original?.artifacts.get(name);
      if (artifact.truncated) continue;
      // The error text is a part of its own, which may not have arrived.
      expect({ ...artifact, error: '' }).toEqual({ ...expected, error: '' });
    }
  }
}

describe('a dump that was cut', () => {
  const plain = stream();
  const packed = gzipSync(plain);

  test('at any byte, unpacked: what arrived is used, and it is said', () => {
    for (let length = 1; length < plain.length - 1; length += 1) {
      const result = decodeNodeDump(plain.subarray(0, length));
      if (!result.ok) {
        expect(result.error.code).toBe('DUMP_EMPTY');
        expect(length).toBeLessThan('skoop-dump 1 node=node1\n'.length);
        continue;
      }
      expect(result.value.truncated).toBe(true);
      expect(result.value.problems.length).toBeGreaterThan(0);
      expectPartOf(result.value, WHOLE);
    }
  });

  test('at any byte, packed', () => {
    for (let length = 1; length < packed.length; length += 1) {
      const result = decodeNodeDump(packed.subarray(0, length));
      if (result.ok) {
        expect(result.value.truncated).toBe(true);
        expectPartOf(result.value, WHOLE);
      } else {
        expect(result.error.code).toBe('DUMP_EMPTY');
      }
    }
  });

  test('names the part that it ends in', () => {
    const at = plain.indexOf('ss 36 ') + 40;
    const dump = decoded(plain.subarray(0, at));
    expect(dump.problems.at(-1)).toBe('the stream ends too early, inside of pods/default_web-1/ss: what follows is missing');
    expect(dump.namespaces.at(-1)?.artifacts.get('ss')?.truncated).toBe(true);
  });

  test('before the word on what a pod is: its folder tells', () => {
    const at = plain.indexOf('uid 11111111');
    expect(decoded(plain.subarray(0, at)).namespaces.at(-1)?.pod).toEqual({ namespace: 'default', name: 'web-1', uid: '' });
  });
});

describe('a dump that was damaged', () => {
  const plain = stream();

  test('in any byte, unpacked: never silently other than it was', () => {
    const first = 'skoop-dump 1 node=node1\n'.length;
    for (let at = first; at < plain.length; at += 1) {
      const damaged = Buffer.from(plain);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      const result = decodeNodeDump(damaged);
      if (!result.ok) throw new Error(result.error.message);
      // A newline between two parts carries nothing.
      if (JSON.stringify(printable(result.value)) !== JSON.stringify(printable(WHOLE))) {
        expect([at, result.value.problems]).not.toEqual([at, WHOLE.problems]);
      }
    }
  });

  test('in any byte, packed: read or refused, never thrown', () => {
    const packed = gzipSync(plain);
    for (let at = 0; at < packed.length; at += 1) {
      const damaged = Buffer.from(packed);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      const result = decodeNodeDump(damaged);
      if (!result.ok) expect(['DUMP_EMPTY', 'DUMP_INVALID', 'DUMP_TOO_NEW']).toContain(result.error.code);
      else if (JSON.stringify(printable(result.value)) !== JSON.stringify(printable(WHOLE)))
        expect([at, result.value.problems]).not.toEqual([at, WHOLE.problems]);
    }
  });

  test('an output with a wrong checksum is not used', () => {
    const text = gunzipSync(gzipSync(plain)).toString('latin1').replace('"ifname":"lo"', '"ifname":"xx"');
    const dump = decoded(Buffer.from(text, 'latin1'));
    expect(dump.namespaces[0]?.artifacts.get('ip-link')).toMatchObject({ text: '', status: 1 });
    expect(dump.problems).toContain('host/ip-link: its checksum is wrong: damaged on the way');
  });
});

function printable(dump: NodeDump): unknown {
  return dump.namespaces.map((namespace) => ({ ...namespace, artifacts: [...namespace.artifacts] }));
}

describe('what is no dump', () => {
  test.each<[name: string, bytes: Uint8Array, code: string]>([
    ['an empty file', Buffer.alloc(0), 'DUMP_EMPTY'],
    ['an empty packed file', gzipSync(''), 'DUMP_EMPTY'],
    ['a text', Buffer.from('hello\n'), 'DUMP_INVALID'],
    ['noise', Buffer.from(Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256)), 'DUMP_INVALID'],
    ['a packed text', gzipSync('hello\n'.repeat(1000)), 'DUMP_INVALID'],
    ['the beginning of a packed stream', Buffer.from([0x1f]), 'DUMP_EMPTY'],
    ['a dump of a later format', Buffer.from('skoop-dump 2 node=n\n'), 'DUMP_TOO_NEW'],
  ])('%s', (_name, bytes, code) => {
    const result = decodeNodeDump(bytes);
    expect(result).toMatchObject({ ok: false, error: { code, exit: 2 } });
  });

  test('a small file that unpacks to a huge one', () => {
    const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024));
    expect(decodeNodeDump(bomb, 1024 * 1024)).toMatchObject({ ok: false, error: { code: 'DUMP_TOO_LARGE' } });
  });
});

describe('the host of a dump', () => {
  test('has the ids of the snapshot, and pods by name', () => {
    const { host, pods } = hostFromDump(WHOLE, 'worker');
    expect([...host.namespaces.keys()]).toEqual(['nodes/worker/host', 'nodes/worker/pods/default_web-1', 'nodes/worker/netns/4026532111']);
    expect(host).toMatchObject({ id: 'worker', root: 'nodes/worker/host' });
    expect([...pods]).toEqual([['default/web-1', 'nodes/worker/pods/default_web-1']]);
  });

  test('pods whose name is not known are found by their uid', () => {
    const uid = '11111111-2222-3333-4444-555555555555';
    const { pods } = hostFromDump(decoded(stream([{ path: `pods/${uid}/meta`, text: `kind pod\nuid ${uid}\n` }])));
    expect([...pods]).toEqual([[uid, `nodes/node1/pods/${uid}`]]);
  });

  test('where its own namespace did not arrive, everything of it is a gap, never an empty table', () => {
    const { host } = hostFromDump(decoded(Buffer.from('skoop-dump 1 node=node1\n')));
    const own = host.namespaces.get('nodes/node1/host');
    expect(new Set(own?.gaps.map(({ topic }) => topic)).size).toBeGreaterThan(8);
  });
});

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ARTIFACTS } from '@skoop/netstack';
import { decodeNodeDump } from './decode.ts';
import { hostFromDump } from './host-from-dump.ts';
import type { NodeDump } from './node-dump.ts';

const SCRIPT = fileURLToPath(new URL('../../../../collector/skoop-collect.sh', import.meta.url));
const root = process.getuid?.() === 0;
const onlyRoot = root ? describe : describe.skip;
const SHELLS = (
  [
    ['dash', ['dash']],
    ['bash', ['bash']],
    ['bash --posix', ['bash', '--posix']],
    ['busybox sh', ['busybox', 'sh']],
  ] as const
).filter(([, [command]]) => spawnSync(command, ['-c', 'true'], { input: '' }).error === undefined);

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'skoop-collector-'));
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** Runs the script with temporary files in a folder of its own, which must be empty afterwards. */
function collect(
  shell: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { dump: NodeDump; raw: Buffer } {
  const [command = 'sh', ...before] = shell;
  const own = mkdtempSync(join(scratch, 't-'));
  const raw = execFileSync(command, [...before, SCRIPT, ...args], {
    env: { ...process.env, TMPDIR: own, ...env },
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  expect(readdirSync(own)).toEqual([]);
  const result = decodeNodeDump(raw);
  if (!result.ok) throw new Error(result.error.message);
  return { dump: result.value, raw };
}

describe.each(SHELLS)('the collector’s arguments under %s', (_name, [command, ...before]) => {
  test.each([
    [['--nonsense']],
    [['--node']],
    [['--node', 'a b']],
    [['--deadline', 'soon']],
    [['--deadline', '0']],
    [['--pod', 'default/web=/run/netns/x']],
    [['--host-netns', 'x', '--pod', 'web=/run/netns/x']],
    [['--host-netns', 'x', '--pod', 'a/../b=/run/netns/x']],
  ])('%j is refused with status 2 and a word on it', (args) => {
    const run = spawnSync(command, [...before, SCRIPT, ...args], { encoding: 'utf8' });
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/^skoop-collect: .+\n/);
    expect(run.stdout).toBe('');
  });

  test('--help says how it is called', () => {
    const run = spawnSync(command, [...before, SCRIPT, '--help'], { encoding: 'utf8' });
    expect(run.status).toBe(0);
    expect(run.stdout).toContain('--host-netns PATH');
  });
});

onlyRoot('the collector on namespaces of a laboratory (needs root)', () => {
  const HOST = 'clx-host';
  const POD = 'clx-pod';
  const LEAF = 'clx-leaf';
  const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const inHost = (...args: string[]): void => ip('netns', 'exec', HOST, ...args);
  const LAB = ['--node', 'lab1', '--host-netns', HOST, '--pod', `default/web-1=/run/netns/${POD}`, '--pod', `other/x.y=${LEAF}`];

  const removeAll = (): void => {
    for (const name of [HOST, POD, LEAF]) if (existsSync(`/run/netns/${name}`)) ip('netns', 'del', name);
  };

  beforeAll(() => {
    removeAll();
    for (const name of [HOST, POD, LEAF]) ip('netns', 'add', name);
    ip('-n', HOST, 'link', 'set', 'lo', 'up');
    ip('-n', HOST, 'link', 'add', 'br0', 'type', 'bridge');
    ip('-n', HOST, 'addr', 'add', '10.99.0.1/24', 'dev', 'br0');
    ip('-n', HOST, 'link', 'add', 'veth.1', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', POD);
    ip('-n', HOST, 'link', 'set', 'veth.1', 'master', 'br0', 'up');
    ip('-n', HOST, 'link', 'set', 'br0', 'up');
    ip('-n', POD, 'addr', 'add', '10.99.0.2/24', 'dev', 'eth0');
    ip('-n', POD, 'link', 'set', 'eth0', 'up');
    ip('-n', POD, 'route', 'add', 'default', 'via', '10.99.0.1');
    inHost('sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward');
    inHost('iptables-nft', '-A', 'FORWARD', '-s', '192.0.2.0/24', '-j', 'DROP');
    inHost('iptables-legacy', '-A', 'INPUT', '-s', '192.0.2.9', '-j', 'ACCEPT');
    inHost('tc', 'qdisc', 'add', 'dev', 'br0', 'clsact');
    inHost('tc', 'filter', 'add', 'dev', 'br0', 'ingress', 'protocol', 'ip', 'u32', 'match', 'u32', '0', '0', 'flowid', '1:1');
  });
  afterAll(removeAll);

  describe.each(SHELLS)('under %s', (_name, shell) => {
    let dump: NodeDump;
    beforeAll(() => {
      ({ dump } = collect(shell, LAB));
    });

    test('finds what it was told, and nothing else', () => {
      expect(dump).toMatchObject({ node: 'lab1', truncated: false, problems: [] });
      expect(dump.namespaces.map(({ folder, kind, pod }) => [folder, kind, pod])).toEqual([
        ['host', 'host', undefined],
        ['pods/default_web-1', 'pod', { namespace: 'default', name: 'web-1', uid: '' }],
        ['pods/other_x.y', 'pod', { namespace: 'other', name: 'x.y', uid: '' }],
      ]);
    });

    test('has every artifact of every namespace, each read without an error', () => {
      for (const { folder, artifacts } of dump.namespaces) {
        expect([folder, [...artifacts.keys()].sort()]).toEqual([folder, [...ARTIFACTS].sort()]);
        expect([folder, [...artifacts].filter(([, { status, truncated }]) => status !== 0 || truncated)]).toEqual([folder, []]);
      }
    });

    test('reads each namespace from inside of it', () => {
      const [host, pod] = dump.namespaces;
      expect(host?.artifacts.get('sysctl')?.text).toMatch(/^net\/ipv4\/conf\/veth\.1\/rp_filter = [0-9]$/m);
      expect(host?.artifacts.get('sysctl')?.text).toMatch(/^net\/ipv4\/ip_forward = 1$/m);
      expect(pod?.artifacts.get('sysctl')?.text).toMatch(/^net\/ipv4\/ip_forward = 0$/m);
      expect(pod?.artifacts.get('sysctl')?.text).not.toContain('veth.1');
      expect(pod?.artifacts.get('ip-addr')?.text).toContain('10.99.0.2');
    });

    test('reads both backends of iptables, and makes no tables where there were none', () => {
      const [host, , leaf] = dump.namespaces;
      expect(host?.artifacts.get('iptables-nft-save')?.text).toContain('-A FORWARD -s 192.0.2.0/24 -j DROP');
      expect(host?.artifacts.get('iptables-legacy-save')?.text).toContain('-A INPUT -s 192.0.2.9/32 -j ACCEPT');
      expect(leaf?.artifacts.get('iptables-nft-save')?.text).toBe('');
      expect(execFileSync('ip', ['netns', 'exec', LEAF, 'nft', 'list', 'tables'], { encoding: 'utf8' })).toBe('');
    });

    test('reads filters where a queue for them is', () => {
      const [host, pod] = dump.namespaces;
      expect(host?.artifacts.get('tc-filter')?.text).toMatch(/^br0 ingress \[.*u32.*\]\nbr0 egress \[.*\]\n$/);
      expect(pod?.artifacts.get('tc-filter')?.text).toBe('');
    });

    test('is understood by the model', () => {
      const { host, pods } = hostFromDump(dump);
      expect([...pods]).toEqual([
        ['default/web-1', 'nodes/lab1/pods/default_web-1'],
        ['other/x.y', 'nodes/lab1/pods/other_x.y'],
      ]);
      expect(host.namespaces.get(host.root)?.links.map(({ name }) => name)).toEqual(['lo', 'br0', 'veth.1']);
      expect([...host.namespaces.values()].flatMap(({ gaps }) => gaps)).toEqual([]);
    });
  });

  test('works with the tools of busybox for everything but the network', () => {
    if (SHELLS.every(([name]) => name !== 'busybox sh')) return;
    const bin = join(scratch, 'bin');
    mkdirSync(bin);
    const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
    const applets = execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n');
    // An ip and a tc of its own are there too: they must not be taken for the real ones.
    for (const applet of applets) symlinkSync(busybox, join(bin, applet));
    // Its own commands first; those that it lacks (the network's) are found behind.
    const { dump } = collect(['sh'], LAB, { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin` });
    const failed = dump.namespaces.flatMap(({ folder, artifacts }) =>
      [...artifacts].filter(([, { status }]) => status !== 0).map(([name]) => `${folder}/${name}`),
    );
    expect({ problems: dump.problems, failed }).toEqual({ problems: [], failed: [] });
  });

  test('says which tools are not there', () => {
    const bin = join(scratch, 'poor');
    mkdirSync(bin);
    const { dump } = collect(['sh'], ['--node', 'x', '--host-netns', HOST]);
    expect(dump.meta.tools['ip']).toMatch(/iproute2/);
    writeFileSync(join(bin, 'nft'), '#!/bin/sh\necho no such thing >&2\nexit 127\n', { mode: 0o755 });
    const broken = collect(['sh'], ['--node', 'x', '--host-netns', HOST], { PATH: `${bin}:${process.env['PATH'] ?? ''}` }).dump;
    expect(broken.namespaces[0]?.artifacts.get('nft')).toMatchObject({ status: 127, error: 'no such thing' });
  });

  test('a namespace that is not there is said, the others are read', () => {
    const { dump } = collect(['sh'], ['--node', 'x', '--host-netns', HOST, '--pod', 'a/b=/run/netns/clx-none']);
    expect(dump.problems).toEqual(["pods/a_b: /run/netns/clx-none can't be read"]);
    expect(dump.namespaces.map(({ folder }) => folder)).toEqual(['host']);
  });

  test('of WireGuard it asks what is no secret, and where there is such a device', () => {
    const bin = join(scratch, 'wireguard');
    mkdirSync(bin);
    const link = '[{"ifindex":1,"ifname":"wg0","linkinfo":{"info_kind":"wireguard"}}]';
    const ip = execFileSync('sh', ['-c', 'command -v ip'], { encoding: 'utf8' }).trim();
    writeFileSync(join(bin, 'ip'), `#!/bin/sh\ncase "$*" in '-j -d -s link show') echo '${link}';; *) exec ${ip} "$@";; esac\n`, {
      mode: 0o755,
    });
    writeFileSync(join(bin, 'wg'), '#!/bin/sh\nprintf "wg0\\t%s\\n" "$*"\n', { mode: 0o755 });
    const { dump } = collect(['sh'], ['--node', 'x', '--host-netns', HOST], { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
    const words = ['public-key', 'listen-port', 'fwmark', 'endpoints', 'allowed-ips'];
    const told = dump.namespaces[0]?.artifacts.get('wireguard');
    expect(told).toMatchObject({ status: 0, text: words.map((word) => `${word} wg0\tshow all ${word}\n`).join('') });
    expect(collect(['sh'], ['--node', 'x', '--host-netns', HOST]).dump.namespaces[0]?.artifacts.get('wireguard')?.text).toBe('');
  });

  test('a command that hangs is ended, the rest is read', () => {
    const bin = join(scratch, 'slow');
    mkdirSync(bin);
    writeFileSync(join(bin, 'ss'), '#!/bin/sh\ntrap "" TERM\ncase $1 in -V) echo ss; exit ;; esac; echo first; sleep 60\n', {
      mode: 0o755,
    });
    const { dump } = collect(['sh'], ['--deadline', '4', ...LAB], { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
    expect(dump.truncated).toBe(false);
    expect(dump.namespaces[0]?.artifacts.get('ss')).toMatchObject({ text: 'first\n', status: 124 });
    expect(dump.namespaces[0]?.artifacts.get('ip-link')?.status).toBe(0);
    expect(dump.namespaces[0]?.artifacts.get('ip-xfrm-policy')?.status).not.toBe(0);
  }, 15_000);

  test.each(SHELLS)('an output that is too long is cut and said, under %s', (_name, shell) => {
    const { dump } = collect(shell, ['--max-bytes', '1024', '--node', 'x', '--host-netns', HOST]);
    const link = dump.namespaces[0]?.artifacts.get('ip-link');
    expect(link).toMatchObject({ status: 153, truncated: true });
    expect(link?.text.length).toBeLessThanOrEqual(2048);
  });

  test('a dump that would be too long lacks parts, and says which', () => {
    const { dump } = collect(['sh'], ['--max-total', '5000', ...LAB]);
    expect(dump.problems.length).toBeGreaterThan(0);
    expect(dump.problems[0]).toMatch(/bytes left out, the limit of 5000 bytes for the whole dump was reached/);
  });

  test('changes nothing', () => {
    const state = (): string =>
      [HOST, POD, LEAF]
        .map((name) =>
          execFileSync(
            'ip',
            ['netns', 'exec', name, 'sh', '-c', 'ip addr; ip route show table all; nft list ruleset; cat /proc/net/ip_tables_names'],
            { encoding: 'utf8' },
          ),
        )
        .join('');
    const before = state().replaceAll(/valid_lft \S+ preferred_lft \S+/g, '');
    collect(['sh'], LAB);
    expect(state().replaceAll(/valid_lft \S+ preferred_lft \S+/g, '')).toBe(before);
  });

  test.each(SHELLS)('ended by a signal under %s: no temporary file stays', async (_name, [command, ...before]) => {
    const own = mkdtempSync(join(scratch, 'signal-'));
    const bin = mkdtempSync(join(scratch, 'hang-'));
    writeFileSync(join(bin, 'ss'), '#!/bin/sh\ncase $1 in -V) exit ;; esac; exec sleep 3\n', { mode: 0o755 });
    const child = spawn(command, [...before, SCRIPT, ...LAB], {
      env: { ...process.env, TMPDIR: own, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(readdirSync(own)).toHaveLength(1);
    child.kill('SIGTERM');
    const status = await new Promise((resolve) => child.on('exit', resolve));
    expect(status).toBe(143);
    expect(readdirSync(own)).toEqual([]);
  });

  test('a reader that goes away ends it', () => {
    const own = mkdtempSync(join(scratch, 'pipe-'));
    execFileSync('sh', ['-c', `sh "$0" ${LAB.join(' ')} | head -c 100 >/dev/null`, SCRIPT], { env: { ...process.env, TMPDIR: own } });
    expect(readdirSync(own)).toEqual([]);
  });

  test('sent as an argument, as a pod gets it', () => {
    const raw = execFileSync('sh', ['-c', execFileSync('cat', [SCRIPT], { encoding: 'utf8' }), 'skoop-collect', ...LAB], {
      maxBuffer: 1 << 28,
    });
    expect(gunzipSync(raw).toString('latin1')).toMatch(/^skoop-dump 1 node=lab1\n/);
    expect(decodeNodeDump(raw)).toMatchObject({ ok: true, value: { truncated: false, problems: [] } });
  });
});

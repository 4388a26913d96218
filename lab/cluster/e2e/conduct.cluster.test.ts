import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Diagnosis } from '@skoop/core';
import { KUBECONFIG, cluster, kubectl } from './lab.ts';
import { type Scene, fill, prepare } from './scene.ts';
import { IMAGE, type Ran, skoop } from './skoop.ts';

const PATIENCE = 180_000;
const onCluster = KUBECONFIG === undefined ? describe.skip : describe;
const COLLECTORS = ['get', 'pods', '-A', '-o', 'name', '-l', 'app.kubernetes.io/name=skoop-collector'];

/** Those that are being removed are gone within moments. */
async function collectorsLeft(): Promise<readonly string[]> {
  return (await kubectl(...COLLECTORS)).split('\n').filter((line) => line !== '');
}

onCluster('how it behaves', () => {
  let scene: Scene;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skoop-conduct-'));
    scene = await prepare();
  }, PATIENCE);
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const asked = (...image: readonly string[]): readonly string[] => [
    'diagnose',
    fill(scene, '{client.pod}'),
    fill(scene, '{far.pod}:8080'),
    ...(image.length > 0 ? image : IMAGE),
  ];

  /** A live diagnosis that gets a signal once a node is in this phase. */
  function signalled(signal: NodeJS.Signals, phase: 'starting' | 'collecting'): Promise<Ran> {
    let isSent = false;
    return skoop([...asked(), '-v'], {
      onTalk: (stderr, kill) => {
        if (isSent || !stderr.includes(`: ${phase}`)) return;
        isSent = true;
        kill(signal);
      },
    });
  }

  test.each(['starting', 'collecting'] as const)(
    'Ctrl-C while pods are %s leaves none',
    async (phase) => {
      const ran = await signalled('SIGINT', phase);
      expect({ status: ran.status, stdout: ran.stdout, left: await collectorsLeft() }).toEqual({ status: 130, stdout: '', left: [] });
    },
    PATIENCE,
  );

  test(
    'what a killed run leaves, cleanup removes',
    async () => {
      const killed = await signalled('SIGKILL', 'collecting');
      expect(killed.status).toBeNull();
      const left = await collectorsLeft();
      expect(left.length).toBeGreaterThan(0);
      const planned = await skoop(['cleanup', '--dry-run']);
      expect({ status: planned.status, still: await collectorsLeft() }).toEqual({ status: 0, still: left });
      for (const name of left) expect(planned.stdout).toContain(`pod skoop/${name.replace('pod/', '')} would be removed`);
      const done = await skoop(['cleanup']);
      expect({ status: done.status, left: await collectorsLeft() }).toEqual({ status: 0, left: [] });
      expect(done.stdout).toContain('namespace skoop removed');
    },
    PATIENCE,
  );

  test(
    'right after a cleanup, a diagnosis works',
    async () => {
      const ran = await skoop([...asked(), '-o', 'json']);
      expect([ran.status, ran.stderr]).toEqual([0, expect.stringContaining('made namespace skoop')]);
    },
    PATIENCE,
  );

  test(
    '--dry-run prints what would be made, and makes nothing',
    async () => {
      const ran = await skoop([...asked(), '--dry-run', '--collector-namespace', 'skoop-planned']);
      expect([ran.status, ran.stderr]).toEqual([0, '']);
      for (const text of ['kind: Pod', 'nodeName: node1', 'nodeName: node2', 'kind: Namespace', 'name: skoop-planned', 'pods/exec'])
        expect(ran.stdout).toContain(text);
      expect(await kubectl('get', 'namespace', 'skoop-planned', '--ignore-not-found')).toBe('');
    },
    PATIENCE,
  );

  test(
    'a user without rights is told which are missing',
    async () => {
      const { stdout } = await cluster(['user', 'nobody']);
      const ran = await skoop(asked(), { kubeconfig: stdout.trim() });
      expect([ran.status, ran.stdout]).toEqual([4, '']);
      expect(ran.stderr.match(/^error: /gm)).toHaveLength(1);
      expect(ran.stderr).toContain('user "nobody" may not list nodes (API group ""), list pods (API group "")');
    },
    PATIENCE,
  );

  test(
    'a pod that does not exist: those that may be meant',
    async () => {
      const [, name = ''] = fill(scene, '{client.pod}').split('/');
      const ran = await skoop(['diagnose', name.slice(0, -1), fill(scene, '{far.pod}:8080'), ...IMAGE]);
      expect([ran.status, ran.stdout]).toEqual([2, '']);
      expect(ran.stderr).toContain(`there is no pod default/${name.slice(0, -1)}`);
      expect(ran.stderr).toContain(name);
    },
    PATIENCE,
  );

  test(
    'an image that can not be pulled: why',
    async () => {
      const ran = await skoop([...asked('--collector-image', 'registry.invalid/none:1'), '-o', 'json']);
      const { verdict, suspicions } = JSON.parse(ran.stdout) as Diagnosis;
      expect([ran.status, verdict]).toEqual([3, 'unknown']);
      const causes = suspicions.filter(({ cause }) => cause).map(({ code, message }) => [code, message]);
      expect(causes).toContainEqual(['COLLECT_NODE_UNREACHABLE', expect.stringMatching(/ErrImagePull.*registry\.invalid\/none:1/)]);
      expect(await collectorsLeft()).toEqual([]);
    },
    PATIENCE,
  );

  test(
    'nothing secret leaves the cluster, and nothing of the kubeconfig',
    async () => {
      const token = (await kubectl('create', 'token', 'token-admin')).trim();
      const kubeconfig = join(folder, 'kubeconfig');
      const config = JSON.parse(await kubectl('config', 'view', '--raw', '--flatten', '-o', 'json')) as object;
      await writeFile(kubeconfig, JSON.stringify({ ...config, users: [{ name: 'admin', user: { token } }] }), { mode: 0o600 });
      const file = join(folder, 'cluster.tar.gz');
      const recorded = await skoop(['snapshot', '--output', file, '-v', '-v', ...IMAGE], { kubeconfig });
      const answered = await skoop(['diagnose', 'pod/marked', fill(scene, '{far.pod}:8080'), '-o', 'json', '-v', '-v', ...IMAGE], {
        kubeconfig,
      });
      expect([recorded.status, answered.status]).toEqual([0, 0]);
      const archive = gunzipSync(await readFile(file)).toString('latin1');
      expect(archive).toContain('default_marked');
      for (const text of [archive, recorded.stderr, answered.stderr, answered.stdout])
        expect(text.match(/marker-\w+-5f1c/g) ?? (text.includes(token) ? ['the token'] : [])).toEqual([]);
    },
    PATIENCE,
  );
});

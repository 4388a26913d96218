import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './process.mjs';

// Up, say so, wait until whoever asked is gone, down: in a session of its own, so that neither Ctrl-C nor the end of this process leaves a cluster.
const KEEP = `"$0" up "$@" >&2 && echo up && cat >/dev/null
status=$?
"$0" down
rm -rf --one-file-system "$LAB_CLUSTER_DIR"
exit $status`;

/**
 * Does something with a cluster of its own, which is taken down however it ends.
 *
 * @param {readonly string[]} options of `cluster up`
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} work gets the environment that names the cluster; `undefined` where none came up
 * @returns {Promise<T | undefined>}
 * @template T
 */
export async function withCluster(options, work) {
  // One that runs already, and stays: for work on a single test.
  if (process.env.LAB_KUBECONFIG !== undefined) return work(process.env);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'skoop-lab-')));
  const env = { ...process.env, LAB_CLUSTER: `t${process.pid.toString(36)}`, LAB_CLUSTER_DIR: folder };
  console.log(`bringing up cluster ${env.LAB_CLUSTER} in ${folder}: ${options.join(' ')} …`);
  const keeper = spawn('bash', ['-c', KEEP, join(root, 'lab/cluster/cluster'), ...options], {
    detached: true,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(keeper, 'close');
  const isUp = await Promise.race([once(keeper.stdout, 'data').then(() => true), ended.then(() => false)]);
  try {
    return isUp ? await work({ ...env, LAB_KUBECONFIG: join(folder, 'kubeconfig') }) : undefined;
  } finally {
    keeper.stdin.end();
    await ended;
  }
}

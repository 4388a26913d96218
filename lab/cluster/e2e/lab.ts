import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Set by `npm test -- cluster`, which brings the cluster up and takes it down; README.md says how to use one of your own. */
export const KUBECONFIG = process.env['LAB_KUBECONFIG'];

const CLUSTER = fileURLToPath(new URL('../cluster', import.meta.url));

/** What a command of the laboratory printed. */
interface Output {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @throws Error with what the command said, where it fails */
export async function kubectl(...args: readonly string[]): Promise<string> {
  return printed(CLUSTER, ['kubectl', ...args]);
}

/**
 * Runs a shell script in a place: a node's namespaces (`node1`, or `node/node1`), a pod's network namespace (`default/web-…`), the host `outside`, or `here`:
 * on this machine, with `kubectl` and the name of the nodes' wire, `$fabric`.
 */
export async function at(place: string, script: string): Promise<string> {
  if (place === 'here') return printed('sh', ['-ec', `kubectl() { '${CLUSTER}' kubectl "$@"; }; ${script}`]);
  return printed(CLUSTER, [...placed(place), 'sh', '-ec', script]);
}

/** The arguments of `cluster` for a command in a place. */
export function placed(place: string): readonly string[] {
  if (place === 'outside') return ['outside'];
  if (place.startsWith('node/')) return ['node', place.slice('node/'.length)];
  return place.includes('/') ? ['pod', place] : ['node', place];
}

/** Runs the laboratory's own script. */
export function cluster(args: readonly string[]): Promise<Output> {
  return ran(CLUSTER, args);
}

function ran(command: string, args: readonly string[]): Promise<Output> {
  const env = { ...process.env, fabric: `${process.env['LAB_CLUSTER'] ?? 'skoop'}-fabric` };
  return new Promise((resolve) => {
    execFile(command, args, { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr });
    });
  });
}

async function printed(command: string, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await ran(command, args);
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${String(status)}: ${stderr}${stdout}`);
}

/** Tries until it does not throw; the last error where it always does. */
export async function eventually<T>(attempt: () => Promise<T>, seconds = 60): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

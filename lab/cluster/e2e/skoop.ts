import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Diagnosis } from '@skoop/core';
import { KUBECONFIG } from './lab.ts';

const SKOOP = fileURLToPath(new URL('../../../packages/cli/bin/skoop.js', import.meta.url));
/** One of the laboratory's own images: its nodes reach no registry. */
export const IMAGE = ['--collector-image', 'docker.io/lab/net:1'];

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface RunOptions {
  readonly kubeconfig?: string;
  /** The folder that it is run in, whose plugins it finds. */
  readonly cwd?: string;
  /** Variables besides. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with everything that standard error has said so far, whenever it says more. */
  readonly onTalk?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the built CLI as a user would. */
export function skoop(args: readonly string[], { kubeconfig = KUBECONFIG, cwd, env, onTalk }: RunOptions = {}): Promise<Ran> {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SKOOP, ...args], {
      cwd,
      env: { ...process.env, KUBECONFIG: kubeconfig, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      onTalk?.(stderr, (signal) => child.kill(signal));
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr, seconds: (performance.now() - begin) / 1000 }));
  });
}

export interface Question {
  readonly from: string;
  readonly to: string;
  readonly protocol?: 'udp';
}

/** The answer from the live cluster, or from a snapshot. */
export async function diagnose({ from, to, protocol }: Question, snapshot?: string): Promise<Diagnosis> {
  const source = snapshot === undefined ? IMAGE : ['--snapshot', snapshot];
  const ran = await skoop(['diagnose', from, to, '--protocol', protocol ?? 'tcp', '-o', 'json', ...source]);
  const status = String(ran.status);
  if (!['0', '1', '3'].includes(status)) throw new Error(`skoop diagnose ${from} ${to} ended with ${status}: ${ran.stderr}`);
  const diagnosis = JSON.parse(ran.stdout) as Diagnosis;
  const expected = { delivered: 0, unknown: 3, dropped: 1, rejected: 1 }[diagnosis.verdict];
  if (ran.status !== expected) throw new Error(`the verdict ${diagnosis.verdict} goes with status ${String(expected)}, not ${status}`);
  return diagnosis;
}

export async function takeSnapshot(file: string): Promise<void> {
  const { status, stderr } = await skoop(['snapshot', '--output', file, ...IMAGE]);
  if (status !== 0) throw new Error(`skoop snapshot ended with ${String(status)}: ${stderr}`);
}

/** The answer from a snapshot that is taken now; left in `folder`. */
export async function diagnoseRecorded(question: Question, folder: string): Promise<Diagnosis> {
  const file = join(folder, `${randomUUID()}.tar.gz`);
  await takeSnapshot(file);
  return diagnose(question, file);
}

/**
 * What has to be equal for a cluster and its snapshot: everything but what was collected for it, and where in a list of sockets or
 * neighbours a line stood and how wide its columns were, which change with every other socket and neighbour.
 */
export function answerOf({ collected: _, ...answer }: Diagnosis): unknown {
  return JSON.parse(JSON.stringify(answer), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'artifact' in value && 'text' in value
      ? { artifact: value.artifact, text: String(value.text).replaceAll(/\s+/g, ' ') }
      : value,
  ) as unknown;
}

/** Where the forward packets arrive, each place once: `namespace/name` of a pod, a node's name, an address outside. */
export function receiversOf({ paths }: Diagnosis): readonly string[] {
  const forward = paths.filter(({ direction, verdict }) => direction === 'forward' && verdict === 'delivered');
  return [...new Set(forward.flatMap(({ hops }) => hops.at(-1)?.node.id ?? []))].sort();
}

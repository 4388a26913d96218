import { readFile } from 'node:fs/promises';
import type { CollectOptions, ConnectOptions } from '@skoop/core';
import type { FlagValues } from '@skoop/core';
import { isSet, listOf, textOf } from '../config/values.ts';
import { usageError } from '../errors/usage-error.ts';
import { parseDuration } from '../flags/duration.ts';
import { COLLECTOR_SCRIPT } from '../run/package-root.ts';

/** kubectl's flags, as core takes them. */
export function connectOptions(values: FlagValues): ConnectOptions {
  const timeout = durationOf(values, 'request-timeout');
  const kubeconfig = textOf(values, 'kubeconfig') ?? textOf(values, 'kube-config');
  const asGroup = listOf(values, 'as-group');
  return {
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...text(values, 'context'),
    ...text(values, 'cluster'),
    ...text(values, 'user'),
    ...text(values, 'namespace'),
    ...text(values, 'as'),
    ...(asGroup.length > 0 && { asGroup }),
    ...(timeout !== undefined && { requestTimeoutMs: timeout }),
  };
}

function text<K extends string>(values: FlagValues, name: K): Partial<Record<K, string>> {
  const value = textOf(values, name);
  return value === undefined ? {} : ({ [name]: value } as Record<K, string>);
}

/** Milliseconds; `undefined` where the flag has no value. */
export function durationOf(values: FlagValues, name: string): number | undefined {
  const value = textOf(values, name);
  if (value === undefined) return undefined;
  const ms = parseDuration(value);
  if (ms === undefined)
    throw usageError(`--${name}: "${value}" is no duration`, 'A duration is 90s, 2m, 1m30s, 500ms, or a number of seconds.');
  return ms;
}

/** How the nodes are read, as `--collector-…` says it. Nothing takes longer than the run. */
export async function collectOptions(values: FlagValues, runMs: number): Promise<CollectOptions> {
  const { DEFAULT_COLLECT } = await import('@skoop/core');
  const image = textOf(values, 'collector-image');
  return {
    ...DEFAULT_COLLECT,
    script: await readFile(COLLECTOR_SCRIPT, 'utf8'),
    ...(image !== undefined && { image }),
    pullPolicy: pullPolicyOf(textOf(values, 'collector-image-pull-policy')) ?? DEFAULT_COLLECT.pullPolicy,
    namespace: textOf(values, 'collector-namespace') ?? DEFAULT_COLLECT.namespace,
    podWaitMs: Math.min(durationOf(values, 'collector-pod-wait-timeout') ?? DEFAULT_COLLECT.podWaitMs, runMs),
    pollMs: Math.min(durationOf(values, 'collector-pod-wait-interval') ?? DEFAULT_COLLECT.pollMs, DEFAULT_COLLECT.pollMs),
    runMs: Math.min(DEFAULT_COLLECT.runMs, runMs),
    preserve: isSet(values, 'preserve-collector-pod'),
  };
}

function pullPolicyOf(value: string | undefined): CollectOptions['pullPolicy'] | undefined {
  return value === 'Always' || value === 'Never' || value === 'IfNotPresent' ? value : undefined;
}

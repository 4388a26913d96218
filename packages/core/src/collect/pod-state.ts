import { isRecord, textOf } from '../cluster/raw-list.ts';

/** What a collector pod is doing, as far as the kubelet has told. */
export type PodState =
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly why: string }
  /** `seen`: the kubelet has taken it up. */
  | { readonly kind: 'waiting'; readonly seen: boolean; readonly why: string };

/** Reasons of a waiting container that time does not mend within a diagnosis. */
const HOPELESS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'CrashLoopBackOff',
]);

/** Reads a raw pod's status. */
export function podState(pod: Readonly<Record<string, unknown>>): PodState {
  const status = record(pod['status']);
  const container = records(status['containerStatuses'])[0];
  const state = record(container?.['state']);
  const phase = textOf(status['phase']);
  if (isRecord(state['running'])) return { kind: 'running' };
  if (isRecord(state['terminated'])) return { kind: 'failed', why: `its container ended: ${reasonOf(state['terminated'])}` };
  if (phase === 'Failed' || phase === 'Succeeded') return { kind: 'failed', why: `it ended: ${reasonOf(status)}` };
  const waiting = record(state['waiting']);
  const reason = textOf(waiting['reason']);
  const image = textOf(container?.['image']);
  if (HOPELESS.has(reason))
    return { kind: 'failed', why: `${reasonOf(waiting)}${image === '' || reasonOf(waiting).includes(image) ? '' : ` (image ${image})`}` };
  const seen = status['startTime'] !== undefined || container !== undefined;
  return { kind: 'waiting', seen, why: reason === '' ? phase || 'Pending' : reasonOf(waiting) };
}

/** `Warning FailedCreatePodSandBox: …`, the last one; '' where there is none. */
export function lastWarning(events: unknown): string {
  const warnings = records(record(events)['items']).filter((event) => textOf(event['type']) === 'Warning');
  const last = warnings.at(-1);
  return last === undefined ? '' : reasonOf(last);
}

function reasonOf(value: Readonly<Record<string, unknown>>): string {
  const exit = typeof value['exitCode'] === 'number' ? `exit status ${value['exitCode']}` : '';
  return [textOf(value['reason']), textOf(value['message']), exit].filter((part) => part !== '').join(': ') || 'no reason given';
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

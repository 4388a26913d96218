import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * On a collector pod: the process that made it and will remove it, `MACHINE/PID`. Pods that are to stay have none. The machine is a digest:
 * its name is nobody's business in the cluster.
 */
export const OWNER_ANNOTATION = 'skoop.io/process';

export function ownMark(): string {
  return `${machine()}/${String(process.pid)}`;
}

/** Whose a pod is. `here`, `elsewhere`: a run that may be going on, in a process of this machine or of another. `nobody`: what was left. */
export type Owner = { readonly kind: 'nobody' } | { readonly kind: 'here'; readonly pid: number } | { readonly kind: 'elsewhere' };

/**
 * A process of this machine is asked for. Of another machine's nothing can be known: its run may go on for as long as its pod does, which
 * ends by itself (`activeDeadlineSeconds`).
 *
 * @param phase of the pod; '' where it has none yet
 */
export function ownerOf(mark: string | undefined, phase: string): Owner {
  const [where = '', digits = ''] = (mark ?? '').split('/');
  const pid = Number(digits);
  if (where === '' || !Number.isSafeInteger(pid) || pid <= 0) return { kind: 'nobody' };
  if (where === machine()) return isAlive(pid) ? { kind: 'here', pid } : { kind: 'nobody' };
  return phase === 'Succeeded' || phase === 'Failed' ? { kind: 'nobody' } : { kind: 'elsewhere' };
}

/** Numbers of processes count within one namespace of them. */
function machine(): string {
  return createHash('sha256').update(`${hostname()}\n${processNamespace()}`).digest('hex').slice(0, 12);
}

/** '' on systems without. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's, and so alive.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}

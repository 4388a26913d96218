import type { Pod } from './objects.ts';

/** Has the pod a network namespace of its own, and addresses in it, and is it to stay? */
export function hasNetwork({ metadata, spec, status }: Pod): boolean {
  return !spec.hostNetwork && status.phase === 'Running' && status.podIPs.length > 0 && metadata.deletionTimestamp === undefined;
}

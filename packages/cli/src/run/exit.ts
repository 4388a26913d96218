/** What the exit status says; stable from the first release on. */
export const Exit = {
  /** Delivered, and nothing at or above `--fail-on`. */
  ok: 0,
  /** A problem was found. */
  problem: 1,
  /** Usage, configuration, an unknown object, a snapshot that can't be read. */
  usage: 2,
  /** Something needed could not be collected or is not modelled. */
  unknown: 3,
  /** The cluster or a cloud could not be reached or does not let us read. */
  unreachable: 4,
  /** A bug in skoop. */
  bug: 70,
  /** Interrupted, cleaned up. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof Exit)[keyof typeof Exit];

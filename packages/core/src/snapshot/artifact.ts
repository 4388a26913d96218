import type { Artifact } from '@skoop/netstack';

/** SIGXFSZ: the kernel ended the command at the collector's limit for one output. */
const CUT_AT_LIMIT = 128 + 25;
const LONGEST_ERROR = 2000;

export function toArtifact(bytes: Uint8Array, status: number, error: Uint8Array | undefined, cut: boolean): Artifact {
  return {
    text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
    status,
    error: error === undefined ? '' : Buffer.from(error).toString('utf8').trim().slice(0, LONGEST_ERROR),
    truncated: cut || status === CUT_AT_LIMIT,
  };
}

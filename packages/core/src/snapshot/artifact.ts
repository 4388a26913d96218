import type { Artifact } from '@skoop/netstack';

/** SIGXFSZ: the kernel ended the command at the collector's limit for one output. */
const CUT_AT_LIMIT = 128 + 25;
const LONGEST_ERROR = 2000;

export function toArtifact(bytes: Uint8Array, status: number, error: Uint8Array | undefined, cut: boolean): Artifact {
  return artifactOf(bytes, {
    status,
    error: error === undefined ? '' : Buffer.from(error).toString('utf8').trim().slice(0, LONGEST_ERROR),
    truncated: cut || status === CUT_AT_LIMIT,
  });
}

/** Its text is made when somebody asks: what is large is read from the bytes. Those a copy has not, so that they never belie its text. */
export function artifactOf(bytes: Uint8Array, about: Omit<Artifact, 'text' | 'bytes'>): Artifact {
  let text: string | undefined;
  const artifact: Artifact = {
    get text() {
      return (text ??= textOfBytes(bytes));
    },
    ...about,
  };
  return Object.defineProperty(artifact, 'bytes', { value: bytes });
}

export function textOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

import { constants, gunzipSync } from 'node:zlib';

export type Inflated =
  | { readonly kind: 'inflated'; readonly bytes: Buffer; readonly damage: 'none' | 'cut' | 'corrupt' }
  /** It would have become more than the limit. */
  | { readonly kind: 'too-large' };

/** What gzip packed, as far as it can be read: a stream that was cut or damaged gives what came before. Plain bytes pass as they are. */
export function inflate(bytes: Uint8Array, limit: number): Inflated {
  if (bytes[0] !== 0x1f || (bytes.length > 1 && bytes[1] !== 0x8b)) {
    return bytes.length > limit ? { kind: 'too-large' } : { kind: 'inflated', bytes: Buffer.from(bytes), damage: 'none' };
  }
  const whole = attempt(bytes, limit, constants.Z_FINISH);
  if (whole === 'too-large') return { kind: 'too-large' };
  if (whole !== 'broken') return { kind: 'inflated', bytes: whole, damage: 'none' };
  const cut = attempt(bytes, limit, constants.Z_SYNC_FLUSH);
  if (cut === 'too-large') return { kind: 'too-large' };
  if (cut !== 'broken') return { kind: 'inflated', bytes: cut, damage: 'cut' };
  return longestReadable(bytes, limit);
}

/** zlib gives nothing of a stream that it finds damaged: the longest beginning of it that is not is searched for. */
function longestReadable(bytes: Uint8Array, limit: number): Inflated {
  let best: Buffer = Buffer.alloc(0);
  let good = 0;
  let bad = bytes.length;
  // Twelve attempts at most, each of which unpacks it from its beginning.
  const precision = Math.max(1, Math.ceil(bytes.length / 4096));
  while (bad - good > precision) {
    const middle = Math.floor((good + bad) / 2);
    const part = attempt(bytes.subarray(0, middle), limit, constants.Z_SYNC_FLUSH);
    if (part === 'too-large') return { kind: 'too-large' };
    if (part === 'broken') bad = middle;
    else {
      good = middle;
      best = part;
    }
  }
  return { kind: 'inflated', bytes: best, damage: 'corrupt' };
}

function attempt(bytes: Uint8Array, limit: number, finishFlush: number): Buffer | 'broken' | 'too-large' {
  try {
    return gunzipSync(bytes, { finishFlush, maxOutputLength: limit });
  } catch (error) {
    return (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'broken';
  }
}

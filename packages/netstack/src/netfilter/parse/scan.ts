import { COLON, DOT, SLASH } from './bytes.ts';

// Each returns the place behind what it looks for, or -1 where that is not what stands at `at`.

/** `10.0.0.1/32` and `10.0.0.1`. */
export function behindIpv4Prefix(bytes: Uint8Array, at: number, end: number): number {
  const slash = behindIpv4(bytes, at, end);
  return slash < 0 || slash === end || bytes[slash] !== SLASH ? slash : behindNumber(bytes, slash + 1, end, 32);
}

/** `10.0.0.1:8080`. */
export function behindIpv4WithPort(bytes: Uint8Array, at: number, end: number): number {
  const colon = behindIpv4(bytes, at, end);
  return colon < 0 || colon === end || bytes[colon] !== COLON ? -1 : behindNumber(bytes, colon + 1, end, 0xffff);
}

function behindIpv4(bytes: Uint8Array, at: number, end: number): number {
  for (let octet = 0; octet < 4; octet++) {
    if (octet > 0 && bytes[at++] !== DOT) return -1;
    at = behindNumber(bytes, at, end, 255);
    if (at < 0) return -1;
  }
  return at;
}

/** A decimal number of at most `most`, in no more digits than that has. */
function behindNumber(bytes: Uint8Array, at: number, end: number, most: number): number {
  const begin = at;
  let value = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    if (value > most) return -1;
  }
  const digits = at - begin;
  return digits === 0 || digits > (most > 255 ? 5 : most > 32 ? 3 : 2) ? -1 : at;
}

import type { Artifact } from '../../parse/artifact.ts';

/** Of ASCII. What stands in a tool's output between them may be any UTF-8. */
export const SPACE = 32;
export const BANG = 33;
export const QUOTE = 34;
export const HASH = 35;
export const STAR = 42;
export const DASH = 45;
export const DOT = 46;
export const SLASH = 47;
export const COLON = 58;
export const BRACKET = 91;
export const BACKSLASH = 92;
export const NEWLINE = 10;

const encoder = new TextEncoder();
/** A line is decoded as it is in the whole: no character of several bytes goes over the end of a line. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

export function contentOf(artifact: Artifact): Uint8Array {
  return artifact.bytes ?? bytesOf(artifact.text);
}

export function textBetween(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.subarray(from, to));
}

/** Does the text, of ASCII, stand there? */
export function standsAt(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Tabs, line ends and spaces. */
export function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || (byte !== undefined && byte >= 9 && byte <= 13);
}

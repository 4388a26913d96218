import { type Ip, parseIp } from '../address/ip.ts';

/** A JSON object, its fields not looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function has(fields: Fields, key: string): boolean {
  return Object.hasOwn(fields, key);
}

function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** A non-empty string, or a number as its text (iproute2 prints a table or a protocol without a name as either). */
export function text(fields: Fields, key: string): string | undefined {
  const value = own(fields, key);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An unsigned integer, also as `"10"` or `"0x10"`. */
export function integer(fields: Fields, key: string): number | undefined {
  const value = own(fields, key);
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  return typeof value === 'string' ? parseInteger(value) : undefined;
}

export function parseInteger(value: string): number | undefined {
  return /^(?:\d{1,15}|0x[0-9a-f]{1,12})$/i.test(value) ? Number(value) : undefined;
}

/** Flags come as `true`, `1`, `"on"`, or as a key without a value (`null`), by tool and version. `undefined`: not there. */
export function flag(fields: Fields, key: string): boolean | undefined {
  const value = own(fields, key);
  if (value === undefined) return undefined;
  return !(value === false || value === 0 || value === 'off' || value === '0');
}

export function ip(fields: Fields, key: string): Ip | undefined {
  const value = own(fields, key);
  return typeof value === 'string' ? parseIp(value) : undefined;
}

export function object(fields: Fields, key: string): Fields | undefined {
  const value = own(fields, key);
  return isFields(value) ? value : undefined;
}

/** The elements of an array that are objects. */
export function objects(fields: Fields, key: string): readonly Fields[] {
  const value = own(fields, key);
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** The elements of an array that are strings. */
export function texts(fields: Fields, key: string): readonly string[] {
  const value = own(fields, key);
  return Array.isArray(value) ? value.filter((element): element is string => typeof element === 'string') : [];
}

/** In lower case; `undefined` where it is no Ethernet address (tunnels print an IP address there). */
export function mac(fields: Fields, key: string): string | undefined {
  const value = own(fields, key);
  return typeof value === 'string' && /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(value) ? value.toLowerCase() : undefined;
}

/** A value as it came over the wire. Fields may be missing, null, or numbers written as texts. */
export type Raw = Readonly<Record<string, unknown>>;

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at a path of names, `VpcAttributes.VpcId`; `undefined` where nothing does. */
function at(raw: Raw, path: string): unknown {
  let value: unknown = raw;
  for (const name of path.split('.')) {
    if (!isRaw(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value ?? undefined;
}

/** '' where nothing stands. */
export function text(raw: Raw, path: string): string {
  const value = at(raw, path);
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function texts(raw: Raw, path: string): readonly string[] {
  const value = at(raw, path);
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item !== '') : [];
}

/** Numbers come as numbers or as texts, by product. */
export function number(raw: Raw, path: string): number | undefined {
  const value = at(raw, path);
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}

export function flag(raw: Raw, path: string): boolean | undefined {
  const value = at(raw, path);
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** An item that is no object is an empty one: who reads it sees that it lacks everything, and nothing is skipped. */
export function list(raw: Raw, path: string): readonly Raw[] {
  const value = at(raw, path);
  return Array.isArray(value) ? value.map((item) => (isRaw(item) ? item : {})) : [];
}

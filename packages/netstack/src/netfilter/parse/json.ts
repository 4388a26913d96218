/** An object of a JSON document, its fields not looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** nft prints one value bare and several as a list. */
export function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
}

/** The name and the content of an object with one field, `{"drop": null}`. */
export function onlyField(value: unknown): readonly [name: string, content: unknown] | undefined {
  const fields = fieldsOf(value);
  const entries = fields === undefined ? [] : Object.entries(fields);
  return entries.length === 1 ? entries[0] : undefined;
}

/** A value as text; what is nested too deep for that is only named. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return '(nested too deep to be shown)';
  }
}

/** What changes with every packet, or every second. */
const VOLATILE = /"(?:counter|expires|used)":/;

/** A value as text without what changes with every packet and every second. */
export function stableText(value: unknown): string {
  const text = jsonText(value);
  if (!VOLATILE.test(text)) return text;
  try {
    return JSON.stringify(value, (key, inner: unknown) => {
      if (key === 'counter' && typeof inner === 'object') return null;
      return key === 'expires' || key === 'used' ? undefined : inner;
    });
  } catch {
    return text;
  }
}

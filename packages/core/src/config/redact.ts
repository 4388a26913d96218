import type { FlagSpec, FlagValues } from '../contracts/config-binder.ts';

const MASK = '<redacted>';

/** The values of all flags that are declared as secret. */
export function secretsOf(specs: readonly FlagSpec[], values: FlagValues): readonly string[] {
  return specs.flatMap((flag) => {
    const value = flag.secret === true ? values[flag.name] : undefined;
    return value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
  });
}

/** A function that hides these values in any text: as they are, and as JSON, a URL or base64 spell them. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const spellings = secrets.filter((secret) => secret.trim() !== '').flatMap(spellingsOf);
  // The longest first: a secret may be part of another.
  const hidden = [...new Set(spellings)].sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((rest, secret) => rest.replaceAll(secret, () => MASK), text);
}

function spellingsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret, 'utf8').toString('base64');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(Buffer.from(secret, 'utf8').toString('utf8')),
    base64,
    base64.replace(/=+$/, ''),
  ];
}

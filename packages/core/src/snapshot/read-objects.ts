import { isRecord, itemsOf } from '../cluster/raw-list.ts';

/**
 * Reads a file of `objects/`: what `kubectl get -o json` or `-o yaml` printed, several YAML documents too. Secrets are left out.
 * A text of what is wrong where it can't be read.
 */
export async function readObjects(bytes: Uint8Array): Promise<{ readonly list: unknown } | { readonly problem: string }> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  if (text.trim() === '') return { problem: 'is empty' };
  try {
    const value: unknown = /^\s*[[{]/.test(text) ? JSON.parse(text) : await fromYaml(text);
    return { list: withoutSecrets(value) };
  } catch (error) {
    return { problem: `can't be read: ${(error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''}` };
  }
}

async function fromYaml(text: string): Promise<unknown> {
  const { parseAllDocuments } = await import('yaml');
  const documents = parseAllDocuments(text);
  const values = [...documents].map((document): unknown => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS({ maxAliasCount: 1000 });
  });
  const present = values.filter((value) => value !== null && value !== undefined);
  return present.length === 1 ? present[0] : { kind: 'List', apiVersion: 'v1', items: present.flatMap((value) => itemsIn(value)) };
}

/** A document may itself be a list. */
function itemsIn(value: unknown): readonly unknown[] {
  return itemsOf(value)?.map(({ kind, raw }) => ({ kind: kind.split('.', 1)[0], ...raw })) ?? [value];
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isSecret(item));
  if (!isRecord(value)) return value;
  if (isSecret(value)) return { kind: 'List', apiVersion: 'v1', items: [] };
  return Array.isArray(value['items']) ? { ...value, items: value['items'].filter((item) => !isSecret(item)) } : value;
}

function isSecret(value: unknown): boolean {
  return isRecord(value) && (value['kind'] === 'Secret' || value['kind'] === 'SecretList');
}

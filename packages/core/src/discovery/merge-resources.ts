import type { CustomResource } from '../contracts/manifest.ts';

/** Two plugins may read one resource: each gets the fields of both. */
export function mergeResources(all: readonly CustomResource[]): readonly CustomResource[] {
  const merged = new Map<string, CustomResource>();
  for (const one of all) {
    const name = `${one.resource} ${one.kind}`;
    const before = merged.get(name);
    const union = (field: 'apiVersions' | 'fields') => [...new Set([...(before?.[field] ?? []), ...one[field]])];
    merged.set(name, { ...one, apiVersions: union('apiVersions'), fields: union('fields') });
  }
  return [...merged.values()];
}

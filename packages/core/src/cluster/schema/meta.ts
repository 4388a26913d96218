import * as z from 'zod';
import type { ObjectMeta } from '../objects.ts';
import { listOf, text, textMap } from './fields.ts';

/** `wanted` are whole keys or prefixes of keys of annotations. */
export function metaSchema(wanted: readonly string[]) {
  return z
    .object({
      name: z.string().min(1),
      namespace: text,
      uid: text,
      labels: textMap,
      annotations: textMap,
      ownerReferences: listOf(z.object({ kind: text, name: text, uid: text })),
      deletionTimestamp: z.union([z.string(), z.date().transform((at) => at.toISOString())]).nullish(),
    })
    .transform(({ deletionTimestamp, annotations, ...meta }): ObjectMeta => ({
      ...meta,
      annotations: pickAnnotations(annotations, wanted),
      ...(deletionTimestamp === undefined || deletionTimestamp === null ? {} : { deletionTimestamp }),
    }));
}

export type MetaSchema = ReturnType<typeof metaSchema>;

function pickAnnotations(all: Readonly<Record<string, string>>, wanted: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => wanted.some((prefix) => key.startsWith(prefix))));
}

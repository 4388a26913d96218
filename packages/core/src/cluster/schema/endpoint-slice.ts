import * as z from 'zod';
import type { EndpointSlice } from '../objects.ts';
import { flagOr, listOf, part, text, textOr, texts, whole } from './fields.ts';
import type { MetaSchema } from './meta.ts';

const targetRef = z
  .object({ kind: text, namespace: text, name: text })
  .nullish()
  .transform((ref) => ref ?? undefined);

/** What a condition means that is not set: API reference, `EndpointConditions`. */
const endpoint = z.object({
  addresses: texts,
  conditions: part(z.object({ ready: flagOr(true), serving: flagOr(true), terminating: flagOr(false) })),
  nodeName: text,
  targetRef,
});

export function endpointSliceSchema(metadata: MetaSchema) {
  return z
    .object({
      metadata,
      addressType: textOr('IPv4'),
      endpoints: listOf(endpoint),
      ports: listOf(z.object({ name: text, protocol: textOr('TCP'), port: whole })),
    })
    .transform((slice): EndpointSlice => ({
      ...slice,
      endpoints: slice.endpoints.map(({ targetRef: ref, ...rest }) => ({ ...rest, targetRef: ref })),
    }));
}

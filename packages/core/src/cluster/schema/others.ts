import * as z from 'zod';
import type { CustomResource } from '../../contracts/manifest.ts';
import { customObject } from '../custom-objects.ts';
import type { ConfigMap, CustomObject, Namespace, Policy, Workload } from '../objects.ts';
import { part, textMap } from './fields.ts';
import type { MetaSchema } from './meta.ts';

export function namespaceSchema(metadata: MetaSchema) {
  return z.object({ metadata }).transform((it): Namespace => it);
}

export function configMapSchema(metadata: MetaSchema) {
  return z.object({ metadata, data: textMap }).transform((it): ConfigMap => it);
}

/** A ReplicationController's selector is the bare map of labels. */
export function workloadSchema(kind: string, metadata: MetaSchema) {
  const selector =
    kind === 'ReplicationController' ? textMap : part(z.object({ matchLabels: textMap })).transform(({ matchLabels }) => matchLabels);
  return z
    .object({ metadata, spec: part(z.object({ selector })) })
    .transform((it): Workload => ({ kind, metadata: it.metadata, matchLabels: it.spec.selector }));
}

export function policySchema(kind: string, metadata: MetaSchema) {
  return z.object({ metadata, spec: z.unknown() }).transform((it): Policy => ({ kind, metadata: it.metadata, spec: it.spec }));
}

export function customSchema(resource: CustomResource, group: string, metadata: MetaSchema) {
  return z.looseObject({ metadata }).transform((it): CustomObject => customObject(resource, group, it.metadata, it));
}

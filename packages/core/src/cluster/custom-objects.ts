import type { CustomResource } from '../contracts/manifest.ts';
import { cut, maskOf } from './mask.ts';
import type { CustomObject, ObjectMeta } from './objects.ts';
import { groupOf, isRecord } from './raw-list.ts';

export function customResourceOf(resources: readonly CustomResource[], kind: string, group: string): CustomResource | undefined {
  return resources.find((one) => one.kind === kind && one.apiVersions.some((apiVersion) => groupOf(apiVersion) === group));
}

/** `ippools.crd.projectcalico.org`, as kubectl takes it. */
export function customName({ resource }: CustomResource, group: string): string {
  return `${resource}.${group}`;
}

export function customObject(resource: CustomResource, group: string, metadata: ObjectMeta, raw: unknown): CustomObject {
  const fields = cut(raw, maskOf(resource.fields));
  return { kind: resource.kind, group, metadata, fields: isRecord(fields) ? fields : {} };
}

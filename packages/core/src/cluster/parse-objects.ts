import type { z } from 'zod';
import type { CustomResource } from '../contracts/manifest.ts';
import { customName, customResourceOf } from './custom-objects.ts';
import type { ConfigMap, CustomObject, EndpointSlice, Namespace, Node, Pod, Policy, Service, Workload } from './objects.ts';
import { groupOf, isRecord, itemsOf, textOf } from './raw-list.ts';
import type { RawItem } from './raw-list.ts';
import { endpointSliceSchema } from './schema/endpoint-slice.ts';
import { metaSchema } from './schema/meta.ts';
import { nodeSchema } from './schema/node.ts';
import { configMapSchema, customSchema, namespaceSchema, policySchema, workloadSchema } from './schema/others.ts';
import { podSchema } from './schema/pod.ts';
import { serviceSchema } from './schema/service.ts';

export interface ClusterObjects {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly namespaces: readonly Namespace[];
  readonly workloads: readonly Workload[];
  readonly configMaps: readonly ConfigMap[];
  readonly policies: readonly Policy[];
  readonly custom: ReadonlyMap<string, readonly CustomObject[]>;
}

export interface ParsedObjects {
  readonly objects: ClusterObjects;
  /** `Pod default/web-1`, and which field is wrong. */
  readonly problems: readonly { readonly what: string; readonly why: string }[];
}

export const WORKLOAD_KINDS: readonly string[] = [
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ReplicationController',
];

export const POLICY_KINDS: readonly string[] = [
  'NetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
  'NetworkPolicy.crd.projectcalico.org',
  'NetworkPolicy.projectcalico.org',
  'GlobalNetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
];

/**
 * Reads Kubernetes lists as the API, `kubectl get -o json` or a snapshot has them, with the API server's defaults filled in.
 * An item that is not what its kind says is a problem; the others stay. Kinds that skoop does not read are left out in silence.
 *
 * @param lists by a name that is used in problems only (`pods`, a file's name): what an item is, it says itself. An empty list of a
 *   custom resource has its name alone
 */
export function parseObjects(
  lists: Readonly<Record<string, unknown>>,
  options: { readonly annotations: readonly string[]; readonly resources?: readonly CustomResource[] },
): ParsedObjects {
  const problems: { what: string; why: string }[] = [];
  const items = Object.entries(lists).flatMap(([name, list]) => {
    const found = itemsOf(list);
    if (found === undefined) problems.push({ what: name, why: 'is neither a Kubernetes object nor a list of them' });
    return found ?? [];
  });
  const resources = options.resources ?? [];
  const byKind = groupByKind(
    items.map((item) =>
      customResourceOf(resources, item.kind, item.group) === undefined ? item : { ...item, kind: `${item.kind}.${item.group}` },
    ),
  );
  const meta = metaSchema(options.annotations);

  function read<T>(kind: string, schema: z.ZodType<T>): readonly T[] {
    return (byKind.get(kind) ?? []).flatMap((raw) => {
      const result = schema.safeParse(raw);
      if (result.success) return [result.data];
      const [issue, ...more] = result.error.issues;
      const where = (issue?.path ?? []).map(String).join('.');
      problems.push({
        what: nameOf(kind, raw),
        why: `${where}: ${issue?.message ?? 'invalid'}${more.length === 0 ? '' : ` (and ${more.length} more)`}`,
      });
      return [];
    });
  }

  /** One that was listed is there, even if it is empty. */
  function readCustom(resource: CustomResource): readonly (readonly [string, readonly CustomObject[]])[] {
    return resource.apiVersions.map(groupOf).flatMap((group) => {
      const name = customName(resource, group);
      const kind = `${resource.kind}.${group}`;
      return Object.hasOwn(lists, name) || byKind.has(kind) ? [[name, read(kind, customSchema(resource, group, meta))] as const] : [];
    });
  }

  const objects: ClusterObjects = {
    nodes: read('Node', nodeSchema(meta)),
    pods: read('Pod', podSchema(meta)),
    services: read('Service', serviceSchema(meta)),
    endpointSlices: read('EndpointSlice', endpointSliceSchema(meta)),
    namespaces: read('Namespace', namespaceSchema(meta)),
    workloads: WORKLOAD_KINDS.flatMap((kind) => read(kind, workloadSchema(kind, meta))),
    configMaps: read('ConfigMap', configMapSchema(meta)),
    policies: POLICY_KINDS.flatMap((kind) => read(kind, policySchema(kind, meta))),
    custom: new Map(resources.flatMap((resource) => readCustom(resource))),
  };
  return { objects, problems };
}

/** One object may stand in two lists (`kubectl get all` beside `kubectl get pods`): the first counts. */
function groupByKind(items: readonly RawItem[]): ReadonlyMap<string, readonly unknown[]> {
  const groups = new Map<string, unknown[]>();
  const seen = new Set<string>();
  for (const { kind, raw } of items) {
    const name = nameOf(kind, raw);
    if (seen.has(name) && !name.endsWith('(without a name)')) continue;
    seen.add(name);
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [raw]);
    else group.push(raw);
  }
  return groups;
}

function nameOf(kind: string, raw: unknown): string {
  const metadata = isRecord(raw) && isRecord(raw['metadata']) ? raw['metadata'] : {};
  const namespace = textOf(metadata['namespace']);
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${textOf(metadata['name']) || '(without a name)'}`;
}

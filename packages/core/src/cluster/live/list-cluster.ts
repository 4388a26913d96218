import { isSkoopError } from '../../contracts/error.ts';
import type { CustomResource } from '../../contracts/manifest.ts';
import { customName } from '../custom-objects.ts';
import { groupOf, isRecord, textOf } from '../raw-list.ts';
import { forbidden, messageOf } from './api-error.ts';
import type { Connection } from './connection.ts';
import type { Listed } from './list.ts';
import { expectObject, listAll } from './list.ts';
import { NAMESPACES, POLICIES, REQUIRED, WORKLOADS } from './resources.ts';
import type { Resource } from './resources.ts';

/** What is asked of the API beside that from which every diagnosis starts: nodes, pods, services, endpointslices. */
export interface ListWanted {
  readonly namespaces: boolean;
  readonly workloads: boolean;
  readonly policies: boolean;
  /** `kube-system/kube-proxy`. One that does not exist is left out. */
  readonly configMaps: readonly string[];
  /** Of further API groups: each where the server has it. */
  readonly resources?: readonly CustomResource[];
}

export interface RawLists {
  /** `v1.34.4` */
  readonly version: string;
  /** By resource name: raw Kubernetes lists, for `parseObjects`, or for a snapshot. */
  readonly lists: Readonly<Record<string, unknown>>;
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

type Missing = { readonly what: string; readonly why: string };

/** Everything at once. Throws where what a diagnosis starts from can't be had; the rest is `missing`. */
export async function listCluster(connection: Connection, wanted: ListWanted, signal?: AbortSignal): Promise<RawLists> {
  const optional = [...(wanted.namespaces ? [NAMESPACES] : []), ...(wanted.workloads ? WORKLOADS : [])];
  const resources = wanted.resources ?? [];
  const served = wanted.policies || resources.length > 0 ? groupVersions(connection, signal) : Promise.resolve(undefined);
  const [version, required, rest, policies, custom, configMaps] = await Promise.all([
    serverVersion(connection, signal),
    Promise.all(REQUIRED.map(async (resource) => ({ resource, listed: await listAll(connection, resource, signal) }))),
    Promise.all(optional.map((resource) => listOptional(connection, resource, signal))),
    wanted.policies ? listPolicies(connection, served, signal) : Promise.resolve([]),
    resources.length > 0 ? listCustom(connection, resources, served, signal) : Promise.resolve([]),
    readConfigMaps(connection, wanted.configMaps, signal),
  ]);
  const refusals = required.flatMap(({ listed }) => (listed.kind === 'refused' ? [listed.refusal] : []));
  if (refusals.length > 0) throw forbidden(refusals);
  const absent = required.find(({ listed }) => listed.kind === 'absent');
  if (absent !== undefined)
    expectObject({ status: 404, body: undefined, text: '', retryAfter: undefined }, connection.server, `list ${absent.resource.name}`);

  const lists: Record<string, unknown> = {};
  const missing: Missing[] = [...configMaps.missing];
  for (const { resource, listed } of required) if (listed.kind === 'list') lists[resource.name] = listed.list;
  for (const { resource, listed } of [...rest, ...policies, ...custom]) {
    if (listed.kind === 'list') lists[resource.name] = listed.list;
    else if (listed.kind === 'missing') missing.push(listed.missing);
  }
  if (wanted.configMaps.length > 0) lists['configmaps'] = { apiVersion: 'v1', kind: 'ConfigMapList', items: configMaps.items };
  return { version, lists, missing };
}

async function serverVersion(connection: Connection, signal?: AbortSignal): Promise<string> {
  const answer = await connection.request({ method: 'GET', path: '/version', ...(signal === undefined ? {} : { signal }) });
  return answer.status === 200 && isRecord(answer.body) ? textOf(answer.body['gitVersion']) : '';
}

type Optional = {
  readonly resource: Resource;
  readonly listed: Exclude<Listed, { kind: 'refused' }> | { readonly kind: 'missing'; readonly missing: Missing };
};

async function listOptional(connection: Connection, resource: Resource, signal?: AbortSignal): Promise<Optional> {
  const gone = (why: string): Optional => ({ resource, listed: { kind: 'missing', missing: { what: resource.name, why } } });
  try {
    const listed = await listAll(connection, resource, signal);
    return listed.kind === 'refused' ? gone(listed.refusal.message) : { resource, listed };
  } catch (error) {
    if (!isSkoopError(error)) throw error;
    return gone(error.message);
  }
}

/** Only groups that the server serves are asked for: a user without rights would get 403 for the others too, and it would look as if they existed. */
async function listPolicies(
  connection: Connection,
  groups: Promise<Versions | undefined>,
  signal?: AbortSignal,
): Promise<readonly Optional[]> {
  const versions = await groups;
  const served = POLICIES.flatMap((resource): Resource[] => {
    const ofGroup = versions?.get(resource.group);
    if (versions === undefined) return resource.group === 'networking.k8s.io' ? [resource] : [];
    if (ofGroup === undefined || (resource.insteadOf !== undefined && versions.has(resource.insteadOf))) return [];
    return [ofGroup.includes(resource.version) ? resource : { ...resource, version: ofGroup[0] ?? resource.version }];
  });
  const listed = await Promise.all(served.map((resource) => listOptional(connection, resource, signal)));
  return versions === undefined ? [...listed, unseenGroups('policies of further API groups')] : listed;
}

function unseenGroups(what: string): Optional {
  const missing = { what, why: 'the server does not let us read which API groups it has (/apis)' };
  return { resource: { name: what, resource: '', group: '', version: '', listKind: '' }, listed: { kind: 'missing', missing } };
}

/** A resource of several groups (before and after a migration, behind an API server of its own) is read in the first that has objects. */
async function listCustom(
  connection: Connection,
  wanted: readonly CustomResource[],
  groups: Promise<Versions | undefined>,
  signal?: AbortSignal,
): Promise<readonly Optional[]> {
  const versions = await groups;
  if (versions === undefined) return [unseenGroups(`${wanted.map(({ resource }) => resource).join(', ')} of further API groups`)];
  const chosen = await Promise.all(
    wanted.map(async (one) => {
      let empty: Optional | undefined;
      const refused: Optional[] = [];
      for (const apiVersion of one.apiVersions.filter((it) => versions.get(groupOf(it))?.includes(versionOf(it)))) {
        const answer = await listOptional(connection, customResource(one, apiVersion), signal);
        if (answer.listed.kind === 'list' && hasItems(answer.listed.list)) return [answer];
        if (answer.listed.kind === 'list') empty ??= answer;
        else refused.push(answer);
      }
      return empty === undefined ? refused : [empty];
    }),
  );
  return chosen.flat();
}

function customResource(one: CustomResource, apiVersion: string): Resource {
  const group = groupOf(apiVersion);
  return { name: customName(one, group), resource: one.resource, group, version: versionOf(apiVersion), listKind: `${one.kind}List` };
}

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

function hasItems(list: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(list['items']) && list['items'].length > 0;
}

/** By group, the preferred one first. */
type Versions = ReadonlyMap<string, readonly string[]>;

/** `undefined` where that can't be read. */
async function groupVersions(connection: Connection, signal?: AbortSignal): Promise<Versions | undefined> {
  const answer = await connection.request({ method: 'GET', path: '/apis', ...(signal === undefined ? {} : { signal }) });
  const groups = answer.status === 200 && isRecord(answer.body) ? answer.body['groups'] : undefined;
  if (!Array.isArray(groups)) return undefined;
  return new Map(
    groups.filter(isRecord).map((group) => {
      const versions = Array.isArray(group['versions']) ? group['versions'].filter(isRecord).map((it) => textOf(it['version'])) : [];
      return [textOf(group['name']), versions] as const;
    }),
  );
}

async function readConfigMaps(
  connection: Connection,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<{ items: readonly unknown[]; missing: readonly Missing[] }> {
  const items: unknown[] = [];
  const missing: Missing[] = [];
  await Promise.all(
    names.map(async (full) => {
      const [namespace = '', name = ''] = full.split('/');
      const answer = await connection.request({
        method: 'GET',
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${encodeURIComponent(name)}`,
        ...(signal === undefined ? {} : { signal }),
      });
      if (answer.status === 200 && isRecord(answer.body)) items.push(answer.body);
      else if (answer.status !== 404) missing.push({ what: `ConfigMap ${full}`, why: messageOf(answer) });
    }),
  );
  return { items, missing };
}

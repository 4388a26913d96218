import { isRecord, textOf } from '../raw-list.ts';
import { apiError, messageOf, refusalOf } from './api-error.ts';
import type { Refusal } from './api-error.ts';
import type { ApiAnswer, Connection } from './connection.ts';
import { unreachable } from './network-error.ts';
import { listPath } from './resources.ts';
import type { Resource } from './resources.ts';

export type Listed =
  | { readonly kind: 'list'; readonly list: Readonly<Record<string, unknown>> }
  /** The server has no such resource. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const PAGE = 500;

/** All pages of a resource, of all namespaces, as one raw list. Throws for what is neither an answer, nor a refusal. */
export async function listAll(connection: Connection, resource: Resource, signal?: AbortSignal): Promise<Listed> {
  const paged = await listPages(connection, resource, PAGE, signal);
  // 410: the continue token grew too old between two pages. One large page can't.
  return paged ?? (await listPages(connection, resource, 0, signal)) ?? { kind: 'absent' };
}

async function listPages(connection: Connection, resource: Resource, limit: number, signal?: AbortSignal): Promise<Listed | undefined> {
  const items: unknown[] = [];
  let next = '';
  do {
    const answer = await connection.request({
      method: 'GET',
      path: listPath(resource),
      query: { ...(limit === 0 ? {} : { limit: String(limit) }), ...(next === '' ? {} : { continue: next }) },
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.status === 410 && next !== '') return undefined;
    if (answer.status === 404) return { kind: 'absent' };
    const refusal = refusalOf(answer);
    if (refusal !== undefined) {
      return {
        kind: 'refused',
        refusal: refusal.verb === '' ? { ...refusal, verb: 'list', resource: resource.resource, group: resource.group } : refusal,
      };
    }
    const page = expectObject(answer, connection.server, `list ${resource.name}`);
    if (!Array.isArray(page['items']) && page['items'] !== null)
      throw unreachable(connection.server, `it answered ${listPath(resource)} with something that is no Kubernetes list`);
    items.push(...((page['items'] ?? []) as unknown[]));
    const after = isRecord(page['metadata']) ? textOf(page['metadata']['continue']) : '';
    if (after !== '' && after === next) throw unreachable(connection.server, `its list of ${resource.name} does not end`);
    next = after;
  } while (next !== '');
  return {
    kind: 'list',
    list: {
      apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
      kind: resource.listKind,
      items,
    },
  };
}

/** The body of a successful answer; a coded error otherwise. */
export function expectObject(answer: ApiAnswer, server: string, doing: string): Readonly<Record<string, unknown>> {
  if (answer.status >= 300 || answer.status < 200) {
    // Something that is no API server (a proxy, a login page) has no Status to give.
    if (answer.body === undefined && answer.status !== 401)
      throw unreachable(server, `it does not answer as an API server does (asked to ${doing}: ${messageOf(answer)})`);
    throw apiError(answer, server, doing);
  }
  if (!isRecord(answer.body)) throw unreachable(server, `it does not answer as an API server does (asked to ${doing}: no JSON object)`);
  return answer.body;
}

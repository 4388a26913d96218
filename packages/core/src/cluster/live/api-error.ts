import { skoopError } from '../../contracts/error.ts';
import { isRecord, textOf } from '../raw-list.ts';
import type { ApiAnswer } from './connection.ts';

/** A refusal of the authorizer, taken apart. Fields are '' where the message does not name them. */
export interface Refusal {
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  /** '' for the whole cluster. */
  readonly namespace: string;
  readonly message: string;
}

const FORBIDDEN = /User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?/;

/** The `message` of a `Status`, or what there is instead. */
export function messageOf(answer: ApiAnswer): string {
  if (isRecord(answer.body)) return textOf(answer.body['message']) || textOf(answer.body['reason']) || `HTTP status ${answer.status}`;
  const text = answer.text.replace(/\s+/g, ' ').trim().slice(0, 200);
  return text === '' ? `HTTP status ${answer.status}` : `HTTP status ${answer.status}: ${text}`;
}

/** undefined: the answer is no refusal. A refusal by an admission plugin names no verb. */
export function refusalOf(answer: ApiAnswer): Refusal | undefined {
  if (answer.status !== 403) return undefined;
  const message = messageOf(answer);
  const [, user = '', verb = '', resource = '', group = '', namespace = ''] = FORBIDDEN.exec(message) ?? [];
  return { user, verb, resource, group, namespace, message };
}

/** One error for all that was refused, with the rules that would allow it. */
export function forbidden(refusals: readonly Refusal[]): Error {
  const named = refusals.filter((it, at) => it.verb !== '' && refusals.findIndex(({ message }) => message === it.message) === at);
  const [first] = named;
  if (first === undefined) {
    return skoopError('CLUSTER_FORBIDDEN', `the API server refuses: ${refusals.map(({ message }) => message).join('; ')}`, {
      remedy: 'Ask for the right to do this, or use another context or user.',
      exit: 4,
    });
  }
  const asked = named.map(
    (it) => `${it.verb} ${it.resource} (API group "${it.group}"${it.namespace === '' ? '' : `, namespace ${it.namespace}`})`,
  );
  const kind = named.some(({ namespace }) => namespace === '') ? 'ClusterRole' : 'Role';
  return skoopError('CLUSTER_FORBIDDEN', `user "${first.user}" may not ${asked.join(', ')}`, {
    remedy: `Add to a ${kind} that is bound to "${first.user}":\n${named.map(rule).join('\n')}`,
    exit: 4,
  });
}

function rule({ group, resource, verb }: Refusal): string {
  return `- {apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]}`;
}

/** The error for an answer that is none of what was expected. */
export function apiError(answer: ApiAnswer, server: string, doing: string): Error {
  const refusal = refusalOf(answer);
  if (refusal !== undefined) return forbidden([refusal]);
  if (answer.status === 401) {
    return skoopError('CLUSTER_UNAUTHORIZED', `the API server ${server} does not know who you are: ${messageOf(answer)}`, {
      remedy: 'Log in again, or choose another context or user: token or certificate are missing, expired or of another cluster.',
      exit: 4,
    });
  }
  return skoopError('CLUSTER_REFUSED', `the API server ${server} could not ${doing}: ${messageOf(answer)}`, {
    remedy:
      answer.status >= 500
        ? 'Look at the API server itself; its own log says more.'
        : 'This may be a bug in skoop, or a server that is not Kubernetes.',
    exit: 4,
  });
}

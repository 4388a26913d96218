import { ACTIONS, type Action, type ActionName } from './actions.ts';
import type { Failure } from './failure.ts';
import { type Raw, list, number, text } from './raw.ts';
import type { RequestResult } from './request.ts';
import { cutRaw } from './shape.ts';

/** A whole answer: every item of every page, and what stands beside them. Only what the action's shape names. */
export interface Answer {
  readonly head: Raw;
  readonly items: readonly Raw[];
}

export type PagedResult = { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'failure'; readonly failure: Failure };

/** More than any account has; a server that never comes to an end must not hold us for ever. */
const MOST_PAGES = 1000;

/** Asks for page after page. A page that fails fails the whole: half a list of rules is no list. */
export async function allPages(
  name: ActionName,
  ask: (paging: Readonly<Record<string, string>>) => Promise<RequestResult>,
): Promise<PagedResult> {
  const action: Action = ACTIONS[name];
  const items: Raw[] = [];
  let head: Raw = {};
  let seen = 0;
  let at: Readonly<Record<string, string>> | undefined = first(action);
  for (let page = 1; at !== undefined; page++) {
    if (page > MOST_PAGES) return failed('the list has no end');
    const result = await ask(at);
    if (result.kind === 'failure') return result;
    const { body } = result;
    if (page === 1) head = cutRaw(body, action.head);
    const found = action.items === '' ? [body] : list(body, action.items);
    seen += found.length;
    items.push(...found.map((item) => cutRaw(item, action.fields)));
    const next: Readonly<Record<string, string>> | undefined = following(action, body, page, seen, found.length);
    if (next !== undefined && next['NextToken'] !== undefined && next['NextToken'] === at['NextToken'])
      return failed('the list goes round in circles');
    at = next;
  }
  return { kind: 'answer', answer: { head, items } };
}

function first({ paging }: Action): Readonly<Record<string, string>> {
  switch (paging.kind) {
    case 'none':
      return {};
    case 'number':
      return { [paging.page]: '1', PageSize: String(paging.size) };
    case 'token':
      return { [paging.limit]: String(paging.size) };
    default:
      return paging satisfies never;
  }
}

function following(action: Action, body: Raw, page: number, seen: number, found: number): Readonly<Record<string, string>> | undefined {
  const { paging } = action;
  switch (paging.kind) {
    case 'none':
      return undefined;
    case 'number': {
      const total = number(body, paging.total);
      // Without a total, a page that is not full is the last.
      const more = total === undefined ? found >= paging.size : seen < total && found > 0;
      return more ? { [paging.page]: String(page + 1), PageSize: String(paging.size) } : undefined;
    }
    case 'token': {
      const token = text(body, 'NextToken');
      return token === '' ? undefined : { [paging.limit]: String(paging.size), NextToken: token };
    }
    default:
      return paging satisfies never;
  }
}

function failed(message: string): PagedResult {
  return { kind: 'failure', failure: { kind: 'refused', code: '', message, requestId: '' } };
}

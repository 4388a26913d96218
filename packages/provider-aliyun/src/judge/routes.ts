import { type Ip, type Prefix, contains, familyOf } from '@skoop/netstack';
import type { RouteEntry } from '../model/route-table.ts';
import type { Lists } from './lists.ts';
import { matchTarget } from './target.ts';

export type RouteVerdict =
  | { readonly kind: 'route'; readonly entry: RouteEntry }
  | { readonly kind: 'none' }
  /** An entry of which it can't be told whether it fits. */
  | { readonly kind: 'unclear'; readonly entry: RouteEntry; readonly what: string };

/**
 * The entry that a table has for an address: the longest prefix, and of equal ones the table's own before what was learned.
 * Who sends does not count.
 */
export function bestRoute(entries: readonly RouteEntry[], dst: Ip, lists: Lists): RouteVerdict {
  let best: { readonly entry: RouteEntry; readonly length: number } | undefined;
  for (const entry of entries) {
    if (entry.status !== 'Available' || (entry.family !== undefined && entry.family !== familyOf(dst))) continue;
    const fits = matchTarget(entry.destination, dst, lists);
    if (typeof fits === 'object') return { kind: 'unclear', entry, what: fits.unclear };
    if (fits === 'no') continue;
    const length = lengthFor(entry, dst, lists);
    if (best === undefined || length > best.length || (length === best.length && best.entry.isLearned && !entry.isLearned))
      best = { entry, length };
  }
  return best === undefined ? { kind: 'none' } : { kind: 'route', entry: best.entry };
}

/** Of a list, the longest of its prefixes that holds the address. */
function lengthFor({ destination }: RouteEntry, dst: Ip, { prefixes }: Lists): number {
  if ('unclear' in destination) return 0;
  const all: readonly Prefix[] = 'list' in destination ? (prefixes.get(destination.list) ?? []) : [destination];
  return Math.max(0, ...all.filter((prefix) => contains(prefix, dst)).map(({ length }) => length ?? 0));
}

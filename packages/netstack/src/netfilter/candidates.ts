import type { Ip } from '../address/ip.ts';
import type { Chain, Rule } from './model.ts';

/** Below that many rules a chain is walked as it is. */
const WORTHWHILE = 32;
/** More rules for any destination than that, and the lists by destination would take too much room. */
const ANYWHERE = 8;

interface Index {
  /** By destination: the rules for it and those for any, in order. */
  readonly to: ReadonlyMap<Ip, readonly Rule[]>;
  readonly anywhere: readonly Rule[];
}

const indexes = new WeakMap<Chain, Index | 'none'>();

function indexOf(chain: Chain): Index | 'none' {
  const anywhere = chain.rules.filter((rule) => rule.onlyTo === undefined);
  if (anywhere.length > ANYWHERE) return 'none';
  const to = new Map<Ip, Rule[]>();
  const before: Rule[] = [];
  for (const rule of chain.rules) {
    if (rule.onlyTo === undefined) {
      before.push(rule);
      for (const list of to.values()) list.push(rule);
      continue;
    }
    const list = to.get(rule.onlyTo);
    if (list === undefined) to.set(rule.onlyTo, [...before, rule]);
    else list.push(rule);
  }
  return { to, anywhere };
}

/** The rules of a chain that could fit a packet to that address, in order. A chain of ten thousand Services comes down to a few. */
export function candidates(chain: Chain, destination: Ip): readonly Rule[] {
  if (chain.rules.length < WORTHWHILE) return chain.rules;
  let index = indexes.get(chain);
  if (index === undefined) indexes.set(chain, (index = indexOf(chain)));
  return index === 'none' ? chain.rules : (index.to.get(destination) ?? index.anywhere);
}

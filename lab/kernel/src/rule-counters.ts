import type { ChainTrail, ModelTrail } from './rule-trail.ts';

/** How often each rule of a namespace fitted: `ip filter INPUT 3`, and its chain's policy `ip filter INPUT policy`. */
export type RuleCounters = ReadonlyMap<string, number>;

/**
 * The policy of a chain without rules is left out where it accepts.
 *
 * @param saved what `iptables-save -c` prints
 */
export function countersOf(family: 'ip' | 'ip6', saved: string): RuleCounters {
  return new Map(saved.split(/^\*/m).flatMap((part) => countersOfTable(family, part)));
}

function countersOfTable(family: string, part: string): readonly (readonly [string, number])[] {
  const [table = '', ...lines] = part.split('\n');
  const numbers = new Map<string, number>();
  const rules = lines.flatMap((line) => {
    const [, count, chain = ''] = /^\[(\d+):\d+\] -A (\S+)/.exec(line) ?? [];
    if (count === undefined) return [];
    const number = (numbers.get(chain) ?? 0) + 1;
    numbers.set(chain, number);
    return [[`${family} ${table} ${chain} ${String(number)}`, Number(count)] as const];
  });
  const policies = lines.flatMap((line) => {
    const [, chain = '', policy, count] = /^:(\S+) (ACCEPT|DROP) \[(\d+):/.exec(line) ?? [];
    const says = policy === 'DROP' || (policy === 'ACCEPT' && numbers.has(chain));
    return says ? [[`${family} ${table} ${chain} policy`, Number(count)] as const] : [];
  });
  return [...policies, ...rules];
}

const NOTHING: RuleCounters = new Map();

/** What was counted in between, where it is not nothing. */
export function countedSince(before: RuleCounters = NOTHING, after: RuleCounters = NOTHING): RuleCounters {
  return new Map([...after].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const).filter(([, count]) => count !== 0));
}

/**
 * Where what the kernel counted is not what the model says of iptables-legacy, whose rules no trace shows. Behind a packet that others
 * follow, the kernel may have counted more.
 */
export function compareCounters(model: readonly ModelTrail[], kernel: ReadonlyMap<string, RuleCounters>): readonly string[] {
  const differences = model.map((way) => [...kernel].flatMap(([namespace, counters]) => differencesAt(namespace, way, counters)));
  return differences.find((each) => each.length === 0) ?? differences[0] ?? [];
}

function differencesAt(namespace: string, { legacy, whole }: ModelTrail, kernel: RuleCounters): readonly string[] {
  const { sure, perhaps } = countersIn(legacy.get(namespace) ?? []);
  const keys = [...new Set([...sure.keys(), ...kernel.keys()])];
  return keys.flatMap((key) => {
    const said = sure.get(key) ?? 0;
    // Neighbour discovery passes ip6tables as well.
    const most = whole && !key.startsWith('ip6 ') ? said + (perhaps.get(key) ?? 0) : Infinity;
    const seen = kernel.get(key) ?? 0;
    return seen >= said && seen <= most
      ? []
      : [`${key} in ${namespace}: the model says ${String(said)} packets, the kernel ${String(seen)}`];
  });
}

function countersIn(walks: readonly ChainTrail[]): { readonly sure: Map<string, number>; readonly perhaps: Map<string, number> } {
  const sure = new Map<string, number>();
  const perhaps = new Map<string, number>();
  for (const { chain, visits } of walks) {
    const [family = '', table = '', base = ''] = chain.split(' ');
    for (const visit of visits) {
      const [first = '', second = ''] = visit.text.split(' ');
      const key = first === 'policy' ? `${family} ${table} ${base} policy` : `${family} ${table} ${first} ${second}`;
      const into = visit.perhaps === true ? perhaps : sure;
      into.set(key, (into.get(key) ?? 0) + 1);
    }
  }
  return { sure, perhaps };
}

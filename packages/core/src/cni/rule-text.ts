import type { Family, NetworkNamespace, Rule, Table } from '@skoop/netstack';

/** The parts of a rule of iptables-save that a network's rules differ by. A `!` in front of a value negates it. */
export interface RuleText {
  readonly source: string | undefined;
  readonly destination: string | undefined;
  readonly jump: string | undefined;
  readonly text: string;
  readonly rule: Rule;
}

function readRule(rule: Rule): RuleText {
  const { text } = rule.source;
  const option = (name: string): string | undefined => {
    const [, not, value] = new RegExp(`(?:^| )(! )?${name} (\\S+)`).exec(text) ?? [];
    return value === undefined ? undefined : `${not === undefined ? '' : '!'}${value}`;
  };
  return { source: option('-s'), destination: option('-d'), jump: option('-j'), text, rule };
}

/** Empty where there is no such chain. */
export function rulesOf(table: Table, chain: string): readonly RuleText[] {
  return (table.chains.get(chain)?.rules ?? []).map(readRule);
}

/** The tables of that name of both iptables backends; nftables' own are not among them. */
export function tablesOf({ netfilter }: NetworkNamespace, family: Family, name: string): readonly Table[] {
  return netfilter.tables.filter(
    (table) => table.backend !== 'nftables' && table.family === (family === 4 ? 'ip' : 'ip6') && table.name === name,
  );
}

import type { Rule, Table } from '@skoop/netstack';

/** The parts of a rule of iptables-save that flannel's rules differ by. A `!` in front of a value negates it. */
export interface RuleText {
  readonly source: string | undefined;
  readonly destination: string | undefined;
  readonly jump: string | undefined;
  readonly text: string;
}

function readRule(rule: Rule): RuleText {
  const { text } = rule.source;
  const option = (name: string): string | undefined => {
    const [, not, value] = new RegExp(`(?:^| )(! )?${name} (\\S+)`).exec(text) ?? [];
    return value === undefined ? undefined : `${not === undefined ? '' : '!'}${value}`;
  };
  return { source: option('-s'), destination: option('-d'), jump: option('-j'), text };
}

export function rulesOf(table: Table, chain: string): readonly RuleText[] {
  return (table.chains.get(chain)?.rules ?? []).map(readRule);
}

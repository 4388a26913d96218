import type { BaseChain, Chain, Table } from '../netfilter/model.ts';
import type { ChainResult } from '../netfilter/walk.types.ts';
import type { Walk } from './walk.ts';

/** Notes what a base chain did. */
export function recordChain(walk: Walk, hook: BaseChain['hook'], table: Table, chain: Chain, result: ChainResult): void {
  const verdict = result.verdict.kind === 'nat' ? 'accept' : result.verdict.kind;
  // A chain that nobody wrote a rule into explains nothing by accepting.
  if (result.visits === undefined && (result.evidence.length === 0 || (chain.rules.length === 0 && verdict === 'accept'))) return;
  walk.step({
    kind: 'netfilter',
    hook,
    backend: table.backend,
    family: table.family,
    table: table.name,
    chain: chain.name,
    verdict,
    evidence: result.evidence,
    visits: result.visits,
    mark: result.visits === undefined ? undefined : result.packet.mark,
  });
}

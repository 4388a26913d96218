import {
  type ArtifactName,
  type MatchContext,
  type NetworkNamespace,
  type Rule,
  type Table,
  parseIp,
  parseNamespace,
  parseNetfilter,
} from '@skoop/netstack';

/** One that was read, and has nothing in it. */
const EMPTY: NetworkNamespace = { ...parseNamespace({ id: 'n', artifacts: new Map() }), gaps: [] };

/** Two packets that have little in common: what is unknown to both was not understood. */
const PACKETS = [
  ['10.0.0.2', '10.0.0.3', 6],
  ['fd00::2', 'fd00::3', 200],
].map(([src, dst, protocol]): MatchContext => ({
  packet: {
    src: parseIp(String(src)) ?? 0,
    dst: parseIp(String(dst)) ?? 0,
    protocol: Number(protocol),
    sport: 40000,
    dport: 80,
    tcpFlags: 2,
    ttl: 64,
    length: 60,
    df: true,
    tos: 0,
    mark: 0,
  },
  hook: 'forward',
  namespace: EMPTY,
  iif: 'eth0',
  oif: 'eth1',
  bridge: undefined,
  tracking: { state: 'INVALID', entry: undefined, direction: 'original' },
  socket: undefined,
  nextHop: undefined,
}));

function isUnknown(rule: Rule, table: Table): boolean {
  const all = (test: (context: MatchContext) => unknown): boolean =>
    PACKETS.every((context) => {
      const result = test(context);
      return typeof result === 'object' && result !== null && 'kind' in result && result.kind === 'unknown';
    });
  const acts = PACKETS[0] && rule.target?.apply(PACKETS[0]);
  if ((acts?.kind === 'jump' || acts?.kind === 'goto') && !table.chains.has(acts.chain)) return true;
  return (
    rule.matches.some((match) => all((context) => match.test(context))) ||
    (rule.target !== undefined && all((context) => rule.target?.apply(context)))
  );
}

/** Is an output taken as valid: nothing told as a gap, no rule that is unknown to every packet, no way to a chain that is not there? */
export function takenAsValid(artifact: ArtifactName, text: string): boolean {
  const dump = { id: 'n', artifacts: new Map([[artifact, { text, status: 0, error: '', truncated: false }]]) };
  const { netfilter, gaps } = parseNetfilter(dump);
  if (!gaps.every(({ why }) => why.endsWith('was not collected'))) return false;
  return !netfilter.tables.some((table) => [...table.chains.values()].some((chain) => chain.rules.some((rule) => isUnknown(rule, table))));
}

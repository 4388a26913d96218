import type { Artifact, ArtifactName, NamespaceDump } from '../../parse/artifact.ts';
import type { Gap, Topic } from '../../source.ts';
import type { Netfilter, Table } from '../model.ts';
import { type Ruleset, parseNft } from './nft.ts';
import { type SaveOrigin, type SavedTable, parseSave } from './save.ts';
import { withNativeRules } from './lossy.ts';

const SAVES: readonly {
  readonly artifact: ArtifactName;
  readonly backend: SaveOrigin['backend'];
  readonly family: SaveOrigin['family'];
}[] = [
  { artifact: 'iptables-legacy-save', backend: 'iptables-legacy', family: 'ip' },
  { artifact: 'ip6tables-legacy-save', backend: 'iptables-legacy', family: 'ip6' },
  { artifact: 'iptables-nft-save', backend: 'iptables-nft', family: 'ip' },
  { artifact: 'ip6tables-nft-save', backend: 'iptables-nft', family: 'ip6' },
];

/**
 * Reads all of a namespace's packet filters: both iptables backends and native nftables.
 *
 * A gap *without* a source means that a whole artifact is missing or not to be trusted: the tables may lack anything. A gap *with* a
 * source is already in the tables, as a rule that answers unknown where it stands; it is listed for people.
 */
export function parseNetfilter(dump: NamespaceDump): { netfilter: Netfilter; gaps: readonly Gap[] } {
  const gaps: Gap[] = [];
  const saved: SavedTable[] = [];
  const refused: { readonly table: string; readonly gap: Gap }[] = [];
  for (const { artifact: name, backend, family } of SAVES) {
    const artifact = usable(dump, name, backend, gaps);
    if (artifact === undefined) continue;
    const reading = parseSave(artifact, { backend, family, path: `${dump.id}/${name}` });
    saved.push(...reading.tables);
    gaps.push(...reading.gaps);
    for (const { name: table, source } of reading.incompatible)
      refused.push({
        table: `${family} ${table}`,
        gap: { topic: backend, kind: 'unsupported', why: `${name} can't print table ${table}: it holds native nftables rules`, source },
      });
  }
  const artifact = usable(dump, 'nft', 'nftables', gaps);
  const ruleset = artifact === undefined ? undefined : parseNft(artifact.text, `${dump.id}/nft`, gaps);
  for (const { table, gap } of refused) {
    gaps.push(gap);
    if (!has(ruleset, table))
      gaps.push({ topic: 'nftables', kind: 'missing', why: `table ${table} is in neither iptables-nft-save nor nft -j list ruleset` });
  }
  if (ruleset === undefined) return { netfilter: { tables: saved }, gaps };
  const managed = new Set(saved.filter((table) => table.backend === 'iptables-nft').map(keyOf));
  const native = ruleset.tables.filter((table) => !managed.has(keyOf(table)));
  return { netfilter: { tables: [...saved.map((table) => withNativeRules(table, ruleset, gaps)), ...native] }, gaps };
}

function has(ruleset: Ruleset | undefined, key: string): boolean {
  return ruleset?.tables.some((table) => keyOf(table) === key) ?? false;
}

function keyOf(table: Table): string {
  return `${table.family} ${table.name}`;
}

/** The artifact, or a gap where there is none to read. A cut one is read as far as it goes. */
function usable(dump: NamespaceDump, name: ArtifactName, topic: Topic, gaps: Gap[]): Artifact | undefined {
  const artifact = dump.artifacts.get(name);
  if (artifact === undefined) {
    gaps.push({ topic, kind: 'missing', why: `${name} was not collected` });
    return undefined;
  }
  const said = artifact.error.split('\n')[0] ?? '';
  if (artifact.status === 127) {
    gaps.push({ topic, kind: 'missing', why: `the tool for ${name} is not there${said === '' ? '' : `: ${said}`}` });
    return undefined;
  }
  if (artifact.truncated || artifact.status === 124)
    gaps.push({ topic, kind: 'truncated', why: `the output of ${name} was cut${artifact.status === 124 ? ' at its time limit' : ''}` });
  else if (artifact.status !== 0)
    gaps.push({ topic, kind: 'malformed', why: `${name} failed with status ${String(artifact.status)}${said === '' ? '' : `: ${said}`}` });
  return artifact;
}

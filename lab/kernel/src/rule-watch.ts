import type { NetworkNamespace, Trace, World } from '@skoop/netstack';
import type { Answer } from './answer.ts';
import type { Lab } from './lab.ts';
import type { Probe } from './probe.ts';
import { type RuleCounters, compareCounters, countedSince, countersOf } from './rule-counters.ts';
import {
  MARKER,
  type KernelBook,
  type ModelBooks,
  compareTrails,
  kernelBook,
  kernelPackets,
  modelBooks,
  modelTrails,
} from './rule-trail.ts';

/** A packet that comes anew, or is made here, is traced; neighbour discovery and the like are not. */
function markerRules(devices: readonly string[]): string {
  const chain = (hook: string): string =>
    `chain ${hook} { type filter hook ${hook} priority -1000; meta protocol arp return; icmpv6 type 130-143 return; meta nftrace set 1; }`;
  const device = (name: string, index: number): string =>
    `chain d${String(index)} { type filter hook ingress device "${name}" priority -1000; meta protocol arp return; icmpv6 type 130-143 return; meta nftrace set 1; }`;
  return [
    ...['inet', 'bridge'].map((family) => `table ${family} ${MARKER} { ${chain('prerouting')}; ${chain('output')}; }`),
    ...(devices.length === 0 ? [] : [`table netdev ${MARKER} { ${devices.map(device).join('; ')}; }`]),
  ].join('\n');
}

const FAMILIES = ['inet', 'bridge', 'netdev'];
const SAVES = { ip: 'iptables-legacy-save -c', ip6: 'ip6tables-legacy-save -c' } as const;

/** A namespace that is watched. */
interface Watched {
  /** Of its tables of nftables, where they are traced. */
  readonly book: KernelBook | undefined;
  /** The families for which it has tables of iptables-legacy. */
  readonly legacy: readonly ('ip' | 'ip6')[];
}

/**
 * Does the model know the way, or did it take something for granted? Whether an old connection meets rules of nat is in no dump: they
 * change nothing about it, but are walked where translation was not on when it began.
 */
export function isCertain({ paths }: Trace, probe: Probe): boolean {
  return probe.tracked !== true && paths.every(({ verdict, assumptions }) => verdict !== 'unknown' && assumptions.length === 0);
}

/** Watches which rules of a laboratory a packet meets, in the kernel, and holds it against the model. */
export class RuleWatch {
  private readonly lab: Lab;
  private readonly watched: ReadonlyMap<string, Watched>;
  private readonly books: ReadonlyMap<string, ModelBooks>;
  private readonly names: ReadonlyMap<string, string>;

  private constructor(lab: Lab, world: World, watched: ReadonlyMap<string, Watched>) {
    this.lab = lab;
    this.watched = watched;
    const namespaces = [...lab.namespaces(world)];
    this.books = new Map(namespaces.map(([, namespace]) => [namespace.id, modelBooks(namespace)]));
    this.names = new Map(namespaces.map(([name, { id }]) => [id, name]));
  }

  /** Begins behind the dump that the world was read from: what makes the kernel trace is no part of the laboratory. */
  static async begin(lab: Lab, world: World): Promise<RuleWatch> {
    const watched = new Map<string, Watched>();
    for (const [name, namespace] of lab.namespaces(world)) {
      const has = (backend: string): boolean => namespace.netfilter.tables.some((table) => table.backend === backend);
      const legacy = (['ip', 'ip6'] as const).filter((family) =>
        namespace.netfilter.tables.some((table) => table.backend === 'iptables-legacy' && table.family === family),
      );
      const traced = has('nftables') || has('iptables-nft');
      if (traced || legacy.length > 0) watched.set(name, { legacy, book: traced ? await mark(lab, name, namespace) : undefined });
    }
    return new RuleWatch(lab, world, watched);
  }

  /** Takes back what makes the kernel trace. */
  async end(): Promise<void> {
    const lines = FAMILIES.map((family) => `nft delete table ${family} ${MARKER} 2>/dev/null || :`).join('\n');
    for (const [name, { book }] of this.watched) if (book !== undefined) await this.lab.run(name, lines);
  }

  /**
   * Sends the packet.
   *
   * @returns the kernel's answer, and where the rules that it met are not those of the model's trace, which was made with visits
   */
  async probe(probe: Probe, trace: Trace): Promise<{ readonly answer: Answer; readonly differences: readonly string[] }> {
    const before = await this.counters();
    const { answer, rules } = await this.lab.observe(probe);
    const after = await this.counters();
    const counted = new Map<string, RuleCounters>();
    const packets = new Map<string, ReturnType<typeof kernelPackets>>();
    for (const [name, { book, legacy }] of this.watched) {
      // Which backend comes first nobody can tell, and what one refuses the other may not see.
      if (book !== undefined && legacy.length > 0 && this.decides(name, trace)) continue;
      if (book !== undefined) packets.set(name, kernelPackets(rules.get(name) ?? [], book));
      if (legacy.length > 0) counted.set(name, countedSince(before.get(name), after.get(name)));
    }
    const ways = modelTrails(trace, probe.protocol, this.books, (id) => this.names.get(id) ?? id);
    return { answer, differences: [...compareTrails(ways, packets), ...compareCounters(ways, counted)] };
  }

  /** Does a rule of that namespace refuse the packet, or translate it? */
  private decides(name: string, { paths }: Trace): boolean {
    const hops = paths.flatMap((path) => path.hops).filter(({ namespace }) => this.names.get(namespace) === name);
    return hops.some(({ action, steps }) => action === 'drop' || action === 'reject' || steps.some(({ kind }) => kind === 'nat'));
  }

  private async counters(): Promise<ReadonlyMap<string, RuleCounters>> {
    const counters = new Map<string, RuleCounters>();
    for (const [name, { legacy }] of this.watched)
      for (const family of legacy)
        counters.set(name, new Map([...(counters.get(name) ?? []), ...countersOf(family, await this.lab.run(name, SAVES[family]))]));
    return counters;
  }
}

/** The rules' places before the marker comes; `undefined` where nft can't print them: then nothing is traced. */
async function mark(lab: Lab, name: string, { netfilter, links }: NetworkNamespace): Promise<KernelBook | undefined> {
  const ofDevices = netfilter.tables.some((table) => [...table.chains.values()].some(({ base }) => base?.hook === 'ingress'));
  const printed = await lab.run(name, 'nft -j list ruleset');
  let book: KernelBook;
  try {
    book = kernelBook(printed);
  } catch {
    return undefined;
  }
  await lab.run(name, `nft -f - <<'RULES'\n${markerRules(ofDevices ? links.map((link) => link.name) : [])}\nRULES`);
  await lab.trace(name);
  return book;
}

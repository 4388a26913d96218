import type { NetworkNamespace, RuleVisit, Step, Table, Trace } from '@skoop/netstack';
import type { RuleEvent } from './helper.ts';
import type { Probe } from './probe.ts';

/** A packet's walk through one base chain, in words that kernel and model share. */
export interface ChainTrail {
  /** `ip filter INPUT`. */
  readonly chain: string;
  /** `INPUT 3 jump X`, `X 1 return`, `policy accept`: the rules that fitted, by their place in their chain. */
  readonly visits: readonly { readonly text: string; readonly perhaps?: true }[];
  /** The packet's mark behind it. */
  readonly mark: number;
}

/** What the rules of a laboratory did with one packet and what answered it: by namespace, in order. */
type Trail = ReadonlyMap<string, readonly ChainTrail[]>;

/** The table that makes the kernel trace everything. Its own chains are left out of every trail. */
export const MARKER = 'skoop-trace';

/** Where the rules of a namespace stand. In the kernel's trace they have their handles, in the model their sources. */
interface RuleBook<Key> {
  /** `FORWARD 3`: the chain, and the number there. */
  readonly places: ReadonlyMap<Key, string>;
  /** `ip filter FORWARD`: the chains that have rules. iptables shows chains that its nft backend has not made. */
  readonly chains: ReadonlySet<string>;
}

/** As the kernel numbers them. */
export interface KernelBook extends RuleBook<string> {
  /** The base chains at which no packet is met first: of the hooks behind prerouting and output. */
  readonly later: ReadonlySet<string>;
}

/** @param ruleset what `nft -j list ruleset` prints */
export function kernelBook(ruleset: string): KernelBook {
  const { nftables } = JSON.parse(ruleset) as {
    readonly nftables: readonly {
      readonly chain?: { family: string; table: string; name: string; hook?: string };
      readonly rule?: { family: string; table: string; chain: string; handle: number };
    }[];
  };
  const later = nftables.flatMap(({ chain }) =>
    chain?.hook !== undefined && LATER.has(chain.hook) ? [`${chain.family} ${chain.table} ${chain.name}`] : [],
  );
  const places = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { rule } of nftables) {
    if (rule === undefined) continue;
    const chain = `${rule.family} ${rule.table} ${rule.chain}`;
    const number = (counts.get(chain) ?? 0) + 1;
    counts.set(chain, number);
    places.set(keyOf(rule.family, rule.table, rule.handle), `${rule.chain} ${String(number)}`);
  }
  return { places, chains: new Set(counts.keys()), later: new Set(later) };
}

const LATER: ReadonlySet<string> = new Set(['input', 'forward', 'postrouting']);

function keyOf(family: string, table: string, handle: number): string {
  return `${family} ${table} ${String(handle)}`;
}

/** Of one namespace in the model: the tables that nftables holds, and those of iptables-legacy. */
export interface ModelBooks {
  readonly nft: RuleBook<unknown>;
  readonly legacy: RuleBook<unknown>;
}

export function modelBooks({ netfilter: { tables } }: NetworkNamespace): ModelBooks {
  const isLegacy = ({ backend }: Table): boolean => backend === 'iptables-legacy';
  return { nft: modelBook(tables.filter((table) => !isLegacy(table))), legacy: modelBook(tables.filter(isLegacy)) };
}

function modelBook(tables: readonly Table[]): RuleBook<unknown> {
  const places = new Map<unknown, string>();
  const chains = new Set<string>();
  for (const { family, name, chains: all } of tables)
    for (const chain of all.values())
      for (const [index, { source }] of chain.rules.entries()) {
        places.set(source, `${chain.name} ${String(index + 1)}`);
        chains.add(`${family} ${name} ${chain.name}`);
      }
  return { places, chains };
}

/** Did anybody say anything about packets in that chain? */
function says(book: RuleBook<unknown>, { chain, visits }: ChainTrail): boolean {
  return book.chains.has(chain) || visits.some(({ text }) => text !== 'policy accept');
}

/**
 * The kernel's packets of one namespace, one after the other, each with the chains that it walked. A packet begins with the marker's own
 * events; what another packet does in the middle of it (a rule rejects) has another id. A bridge that floods a frame hands a copy on, with
 * another id and without the marker's events: it is met first behind prerouting.
 */
export function kernelPackets(events: readonly RuleEvent[], book: KernelBook): readonly (readonly ChainTrail[])[] {
  const packets: ChainTrail[][] = [];
  const open = new Map<number, { readonly packet: ChainTrail[]; walk: RuleEvent[]; begun: boolean }>();
  for (const event of events) {
    let state = open.get(event.id);
    if (state === undefined || (event.table === MARKER && state.begun)) {
      const original = book.later.has(`${event.family} ${event.table} ${event.chain}`) ? packets.at(-1) : undefined;
      open.set(event.id, (state = { packet: original ?? [], walk: [], begun: false }));
      // What the marker leaves out (neighbour discovery) may be traced by a rule of the laboratory's own.
      if (event.table === MARKER) packets.push(state.packet);
    }
    if (event.table === MARKER) continue;
    state.begun = true;
    state.walk.push(event);
    if (!ends(event)) continue;
    state.packet.push(kernelWalk(state.walk, book));
    state.walk = [];
  }
  return packets.map((packet) => packet.filter((walk) => says(book, walk))).filter((packet) => packet.length > 0);
}

function ends({ type, verdict }: RuleEvent): boolean {
  return type === 'policy' || (type === 'rule' && !['continue', 'jump', 'goto', 'return'].includes(verdict));
}

function kernelWalk(events: readonly RuleEvent[], { places }: KernelBook): ChainTrail {
  const [first] = events as readonly [RuleEvent];
  const visits = events.flatMap(({ family, table, type, handle, verdict, to }) => {
    if (type === 'policy') return [{ text: `policy ${verdict}` }];
    if (handle === null) return [];
    const place = places.get(keyOf(family, table, handle)) ?? `handle ${String(handle)}`;
    return [{ text: [place, verdict, ...(to == null ? [] : [to])].join(' ') }];
  });
  return { chain: `${first.family} ${first.table} ${first.chain}`, visits, mark: events.at(-1)?.mark ?? 0 };
}

/** What the model says of one way and its answer: the walks of each namespace, with those through iptables-legacy apart. */
export interface ModelTrail {
  readonly nft: Trail;
  readonly legacy: Trail;
  /** Nothing follows in the kernel that the model does not look at: no second packet of a connection, no error about an answer or to oneself. */
  readonly whole: boolean;
}

/** One for every way. `books` and `named` by the id of a namespace. */
export function modelTrails(
  trace: Trace,
  protocol: Probe['protocol'],
  books: ReadonlyMap<string, ModelBooks>,
  named: (id: string) => string,
): readonly ModelTrail[] {
  return trace.paths.flatMap((path, index) => {
    if (path.direction !== 'forward') return [];
    const reply = trace.paths.find((other) => other.replyTo === index);
    const nft = new Map<string, ChainTrail[]>();
    const legacy = new Map<string, ChainTrail[]>();
    for (const hop of [...path.hops, ...(reply?.hops ?? [])]) {
      const both = books.get(hop.namespace);
      for (const step of hop.steps) {
        if (step.kind !== 'netfilter' || both === undefined) continue;
        const [book, into] = step.backend === 'iptables-legacy' ? [both.legacy, legacy] : [both.nft, nft];
        const walk = modelWalk(step, book);
        const name = named(hop.namespace);
        if (says(book, walk)) into.set(name, [...(into.get(name) ?? []), walk]);
      }
    }
    // Who sends a packet back by the device that it came by tells its sender of the better way.
    const redirects = path.hops.some((hop) => hop.in !== undefined && hop.in.device === hop.out?.device);
    const isOwnWord = path.error?.kind.startsWith('errno-') === true;
    const isAstray = reply?.causes.some(({ code }) => code === 'NAT_REPLY_MISMATCH') === true;
    return [{ nft, legacy, whole: protocol !== 'tcp' && reply?.verdict !== 'rejected' && !isOwnWord && !isAstray && !redirects }];
  });
}

function modelWalk(step: Extract<Step, { kind: 'netfilter' }>, { places }: RuleBook<unknown>): ChainTrail {
  const visits = (step.visits ?? []).map((visit) => ({
    text: visitText(visit, places),
    ...(isPerhaps(visit) ? { perhaps: true as const } : {}),
  }));
  return { chain: `${step.family} ${step.table} ${step.chain}`, visits, mark: step.mark ?? 0 };
}

function isPerhaps(visit: RuleVisit): boolean {
  return visit.kind === 'rule' && visit.perhaps === true;
}

function visitText(visit: RuleVisit, places: RuleBook<unknown>['places']): string {
  if (visit.kind === 'policy') return `policy ${visit.verdict}`;
  const place = places.get(visit.source) ?? visit.source.text;
  return [place, visit.verdict, ...(visit.to === undefined ? [] : [visit.to])].join(' ');
}

/**
 * Where the kernel's packets and the model's walks differ; nothing where they agree. With several ways the kernel took one of them.
 *
 * @param kernel the namespaces that were traced
 */
export function compareTrails(
  model: readonly ModelTrail[],
  kernel: ReadonlyMap<string, readonly (readonly ChainTrail[])[]>,
): readonly string[] {
  const differences = model.map((way) => [...kernel].flatMap(([namespace, packets]) => differencesAt(namespace, way, packets)));
  // Of several ways the one that differs in the fewest namespaces is told.
  return [...differences].sort((a, b) => a.length - b.length)[0] ?? [];
}

function differencesAt(namespace: string, { nft, whole }: ModelTrail, packets: readonly (readonly ChainTrail[])[]): readonly string[] {
  const said = nft.get(namespace) ?? [];
  const seen = packets.flat();
  const at = said.findIndex((walk, index) => !agree(walk, seen[index]));
  if (at >= 0) return [`rules in ${namespace}:\n  model:  ${shown(said[at])}\n  kernel: ${shown(seen[at])}`];
  // The model may leave off behind a packet, not in the midst of one; and it follows one of the copies that a bridge floods.
  const ends = packets.map((_, index) => packets.slice(0, index).flat().length);
  const isCopy = seen.slice(said.length).every(({ chain }) => chain.startsWith('bridge '));
  if (seen.length === said.length || ((!whole || isCopy) && ends.includes(said.length))) return [];
  return [`rules in ${namespace}:\n  model:  ${shown(undefined)}\n  kernel: ${shown(seen[said.length])}`];
}

function agree(said: ChainTrail, seen: ChainTrail | undefined): boolean {
  if (seen === undefined || said.chain !== seen.chain || said.mark !== seen.mark) return false;
  let at = 0;
  for (const { text, perhaps } of said.visits) {
    if (seen.visits[at]?.text === text) at++;
    else if (perhaps !== true) return false;
  }
  return at === seen.visits.length;
}

function shown(walk: ChainTrail | undefined): string {
  if (walk === undefined) return 'no more';
  const visits = walk.visits.map(({ text, perhaps }) => (perhaps === true ? `perhaps ${text}` : text));
  return `${walk.chain}: ${visits.join(', ')}${walk.mark === 0 ? '' : `, mark 0x${walk.mark.toString(16)}`}`;
}

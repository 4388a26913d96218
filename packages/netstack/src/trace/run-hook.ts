import { type Manip, settle, translate } from '../conntrack/nat.ts';
import { type Connection, replyTuple } from '../conntrack/connections.ts';
import type { Ip } from '../address/ip.ts';
import { isWhole, missingTopic } from '../namespace/lookup.ts';
import { usesIpvs } from '../namespace/uses-ipvs.ts';
import { type HookedChain, baseChains, tracksConnections, translatesAddresses } from '../netfilter/hooks.ts';
import type { Chain, Hook, MatchContext, NatRequest, Table } from '../netfilter/model.ts';
import type { ChainResult } from '../netfilter/walk.types.ts';
import { inOrder } from './chain-order.ts';
import { recordChain } from './record-chain.ts';
import { type Packet, tupleOf } from '../packet/packet.ts';
import type { Source } from '../source.ts';
import { balance, ipvsPriority } from './ipvs.ts';
import { hearsFromOutput, refusedByRule } from './refuse.ts';
import { type Outcome, type Skb, type Walk, dropped, family, finding } from './walk.ts';

export type HookResult = { readonly kind: 'pass'; readonly skb: Skb } | { readonly kind: 'stop'; readonly outcome: Outcome };

export interface HookOptions {
  /** Out-device as the chains see it. */
  readonly oif: string;
  readonly nextHop?: Ip | undefined;
  /** Output only: called where the kernel routes again, after a chain changed the packet. */
  readonly reroute?: (skb: Skb) => HookResult;
}

const TRACKING = -200;

/**
 * Runs every chain at a hook, of all backends and families that see the packet, with connection tracking and address translation at their
 * fixed places between them (linux: `nf_hook_slow`; -200 tracking, -100 destination, 100 source).
 */
export function runHook(walk: Walk, start: Skb, hook: Hook, options: HookOptions): HookResult {
  let skb = hook === 'input' ? whole(start) : start;
  const namespace = skb.place.namespace;
  const version = family(skb);
  const gap = uncollected(walk, skb);
  if (gap !== undefined) return { kind: 'stop', outcome: gap };
  const tracking = tracksConnections(namespace.netfilter, version);
  const manip: Manip = hook === 'prerouting' || hook === 'output' ? 'destination' : 'source';
  // Tracking puts fragments together before any rule (linux: `nf_ct_defrag`); so does the way to a socket, behind PREROUTING.
  if (tracking) skb = whole(skb);
  let chains = baseChains(namespace.netfilter, version, hook);
  let settled = 0;
  const translates = tracking && hook !== 'forward';
  let translated = false;
  const ipvs = usesIpvs(namespace) ? ipvsPriority(hook) : undefined;
  let balanced = ipvs === undefined;
  for (let i = 0; i < chains.length;) {
    const { table, chain } = chains[i] as { table: Table; chain: Chain };
    const priority = chain.base?.type === 'nat' ? (manip === 'destination' ? -100 : 100) : (chain.base?.priority ?? 0);
    if (tracking && skb.tracking === undefined && priority > TRACKING) {
      const result = track(walk, skb, hook);
      if (result.kind === 'stop') return result;
      skb = result.skb;
    }
    if (!balanced && ipvs !== undefined && hook !== 'output' && priority > ipvs) {
      balanced = true;
      const result = balance(walk, skb, hook);
      if (result.kind === 'stop') return result;
      skb = result.skb;
    }
    if (translates && !translated && (chain.base?.type === 'nat' || priority > (manip === 'destination' ? -100 : 100))) {
      translated = true;
      const natChains = chains.filter((entry) => entry.chain.base?.type === 'nat');
      const result = runNat(walk, skb, hook, manip, natChains, options);
      if (result.kind === 'stop') return result;
      skb = result.skb;
    }
    if (chain.base?.type === 'nat') {
      i++;
      continue;
    }
    if (!balanced && ipvs !== undefined && priority > ipvs) {
      balanced = true;
      const result = balance(walk, skb, hook);
      if (result.kind === 'stop') return result;
      skb = result.skb;
    }
    if (i >= settled) {
      ({ chains, settled } = inOrder(chains, i, () => contextOf(skb, hook, options), walk.chooser));
      if (chains[i]?.chain !== chain) continue;
    }
    const before = skb;
    const result = runChain(walk, skb, hook, table, chain, options);
    if (result.kind === 'stop') return result;
    skb = result.skb;
    if (
      options.reroute !== undefined &&
      reroutes(table, chain) &&
      (before.packet.mark !== skb.packet.mark ||
        before.packet.tos !== skb.packet.tos ||
        // linux: `ip6t_mangle_out`, `nf_route_table_hook6`
        (version === 6 && before.packet.ttl !== skb.packet.ttl) ||
        before.packet.src !== skb.packet.src ||
        before.packet.dst !== skb.packet.dst)
    ) {
      const again = options.reroute(skb);
      if (again.kind === 'stop') return again;
      skb = again.skb;
    }
    i++;
  }
  if (tracking && skb.tracking === undefined) {
    const result = track(walk, skb, hook);
    if (result.kind === 'stop') return result;
    skb = result.skb;
  }
  // OUTPUT translates before IPVS sees the packet, INPUT after.
  const rest = [
    ...(translates && !translated ? [(last: Skb) => runNat(walk, last, hook, manip, [], options)] : []),
    ...(balanced ? [] : [(last: Skb) => balance(walk, last, hook)]),
  ];
  for (const each of hook === 'output' ? rest : rest.reverse()) {
    const result = each(skb);
    if (result.kind === 'stop') return result;
    skb = result.skb;
  }
  return { kind: 'pass', skb };
}

function whole(skb: Skb): Skb {
  return skb.packet.fragmented === true ? { ...skb, packet: { ...skb.packet, fragmented: undefined } } : skb;
}

/** The same packet with what a hook may change; written out, since it is made at every hook and a spread costs. */
function copy(skb: Skb, packet: Packet, tracking: Skb['tracking'], zone = skb.zone): Skb {
  const { place, iif, bridge, frame, socket, balanced, decision } = skb;
  return { place, packet, iif, bridge, frame, zone, tracking, socket, balanced, decision };
}

/** The fragments behind the first pass the same chains, without ports: what rules make of them is not modelled. */
function fragmentsPass(walk: Walk, skb: Skb, chain: Chain): boolean {
  if (skb.packet.fragmented !== true || (chain.rules.length === 0 && chain.base?.policy !== 'drop')) return true;
  return walk.chooser.unknown('the later fragments of a packet, which have no ports', [chain.source], [true, false]);
}

/** A backend that was not read may hold any rule. */
function uncollected(walk: Walk, skb: Skb): Outcome | undefined {
  if (isWhole(skb.place.namespace)) return undefined;
  for (const topic of ['iptables-nft', 'iptables-legacy', 'nftables'] as const) {
    const why = missingTopic(skb.place.namespace, topic);
    if (why !== undefined && walk.chooser.unknown(`${topic} rules were not read: ${why}`, [], ['pass', 'drop']) === 'drop')
      return dropped(skb.place, 'COLLECT_ARTIFACT_MISSING', [], { artifact: topic, why });
  }
  return undefined;
}

/** Only mangle and chains of type route make the kernel route again on a changed mark. */
function reroutes(table: Table, chain: Chain): boolean {
  return chain.base?.type === 'route' || (table.backend !== 'nftables' && table.name === 'mangle');
}

function track(walk: Walk, skb: Skb, hook: Hook): HookResult {
  if (hook !== 'prerouting' && hook !== 'output') return { kind: 'pass', skb };
  const { place, packet, zone } = skb;
  const why = walk.tracked ? missingTopic(place.namespace, 'conntrack') : undefined;
  if (why !== undefined) {
    const missing = finding(place, 'COLLECT_ARTIFACT_MISSING', [], { artifact: 'conntrack', why });
    return { kind: 'stop', outcome: { kind: 'unknown', finding: missing } };
  }
  const tracking = walk.connections.track(place.namespace, packet, zone);
  const entry = tracking.entry as Connection | undefined;
  if (entry?.source !== undefined) {
    walk.step({ kind: 'connection', state: tracking.state, evidence: [entry.source] });
    if (entry.offloaded === true) {
      const construct = 'a connection of a flow table, whose packets pass the chains by';
      const offloaded = finding(place, 'MODEL_UNSUPPORTED', [entry.source], { construct });
      return { kind: 'stop', outcome: { kind: 'unknown', finding: offloaded } };
    }
  }
  return { kind: 'pass', skb: copy(skb, packet, tracking) };
}

function contextOf(skb: Skb, hook: Hook, options: HookOptions): MatchContext {
  return {
    packet: skb.packet,
    hook,
    namespace: skb.place.namespace,
    iif: skb.iif,
    oif: options.oif,
    bridge: skb.bridge,
    frame: skb.frame,
    tracking: skb.tracking ?? { state: 'INVALID', entry: undefined, direction: 'original' },
    socket: skb.socket,
    nextHop: options.nextHop,
  };
}

function runChain(walk: Walk, skb: Skb, hook: Hook, table: Table, chain: Chain, options: HookOptions): HookResult {
  const result = walk.chain(table, chain, contextOf(skb, hook, options));
  recordChain(walk, hook, table, chain, result);
  const verdict = result.verdict;
  if (verdict.kind === 'accept' && !fragmentsPass(walk, skb, chain))
    return { kind: 'stop', outcome: dropped(skb.place, 'MODEL_UNSUPPORTED', [chain.source], { construct: 'fragments' }) };
  switch (verdict.kind) {
    case 'accept':
    case 'nat':
      return { kind: 'pass', skb: changed(walk, skb, result) };
    case 'drop':
      return { kind: 'stop', outcome: dropByChain(walk, skb, hook, table, chain, result.evidence, verdict.by) };
    case 'reject':
      return { kind: 'stop', outcome: refusedByRule(walk, skb, hook, table, chain, result.evidence, verdict.with) };
    case 'unknown':
      return { kind: 'stop', outcome: unknownTarget(skb, verdict.construct, result.evidence) };
    default:
      return verdict satisfies never;
  }
}

function unknownTarget(skb: Skb, construct: string, evidence: readonly Source[]): Outcome {
  return { kind: 'unknown', finding: finding(skb.place, 'MODEL_UNSUPPORTED', evidence.slice(-1), { construct }) };
}

function dropByChain(
  _walk: Walk,
  skb: Skb,
  hook: Hook,
  table: Table,
  chain: Chain,
  evidence: readonly Source[],
  by: 'rule' | 'policy',
): Outcome {
  const deciding = evidence.slice(-1);
  const details = { hook, table: table.name, chain: chain.name, backend: table.backend };
  const code = by === 'policy' ? 'NETFILTER_POLICY_DROP' : 'NETFILTER_DROP';
  const outcome = dropped(skb.place, code, deciding, details);
  // A datagram that a process sends into a DROP fails with EPERM.
  const isSender =
    skb.socket?.uid !== undefined &&
    skb.packet.answer === undefined &&
    (hook === 'output' || hook === 'postrouting') &&
    hearsFromOutput(skb.packet);
  if (!isSender || outcome.kind !== 'dropped') return outcome;
  return { kind: 'refused', finding: outcome.finding, error: 'errno-EPERM', place: skb.place, answer: undefined };
}

function changed(walk: Walk, skb: Skb, result: ChainResult): Skb {
  let tracking = skb.tracking;
  if (result.notrack && tracking === undefined && skb.zone === undefined)
    tracking = { state: 'UNTRACKED', entry: undefined, direction: 'original' };
  if (result.connectionMark !== undefined && tracking?.entry !== undefined) {
    const entry = walk.connections.replace(skb.place.namespace.id, tracking.entry, {
      ...(tracking.entry as Connection),
      mark: result.connectionMark,
    });
    tracking = { ...tracking, entry };
  }
  const zone = skb.zone ?? (tracking === undefined ? result.zone : undefined);
  const isSame = tracking === skb.tracking && result.packet === skb.packet && zone === skb.zone;
  return isSame ? skb : copy(skb, result.packet, tracking, zone);
}

/** Translation: an old entry is applied, a new flow asks the nat chains until one decides (linux: `nf_nat_inet_fn`). */
function runNat(walk: Walk, start: Skb, hook: Hook, manip: Manip, chains: readonly HookedChain[], options: HookOptions): HookResult {
  let skb = start;
  let entry = skb.tracking?.entry as Connection | undefined;
  if (entry === undefined) return { kind: 'pass', skb };
  // Without any chain that translates, the translations of old entries rest.
  if (entry.source !== undefined && !translatesAddresses(skb.place.namespace.netfilter, family(skb))) return { kind: 'pass', skb };
  const settled = manip === 'source' ? entry.sourceSettled : entry.destinationSettled;
  if (skb.tracking?.state === 'NEW' && skb.tracking.direction === 'original' && !settled) {
    let request: NatRequest | undefined;
    let evidence: readonly Source[] = [];
    let ordered = chains;
    let settled = 0;
    for (let i = 0; i < ordered.length; i++) {
      if (i >= settled) ({ chains: ordered, settled } = inOrder(ordered, i, () => contextOf(skb, hook, options), walk.chooser));
      const { table, chain } = ordered[i] as HookedChain;
      const result = walk.chain(table, chain, contextOf(skb, hook, options));
      recordChain(walk, hook, table, chain, result);
      if (result.verdict.kind === 'drop')
        return { kind: 'stop', outcome: dropByChain(walk, skb, hook, table, chain, result.evidence, result.verdict.by) };
      if (result.verdict.kind === 'unknown')
        return { kind: 'stop', outcome: unknownTarget(skb, result.verdict.construct, result.evidence) };
      skb = changed(walk, skb, result);
      entry = skb.tracking?.entry as Connection;
      if (result.verdict.kind === 'nat') {
        request = result.verdict.request;
        evidence = result.evidence;
        break;
      }
    }
    const bound = bind(walk, skb, entry, manip, request, evidence, options, hook);
    if (bound.kind === 'stop') return bound;
    skb = bound.skb;
  } else {
    const packet = skb.tracking === undefined ? skb.packet : translate(skb.packet, skb.tracking, manip);
    if (packet !== skb.packet) {
      const restored = skb.tracking?.direction !== 'original' || entry.source === undefined;
      const known = entry.source === undefined ? [] : [entry.source];
      walk.step({ kind: 'nat', manip, before: tupleOf(skb.packet), after: tupleOf(packet), among: undefined, restored, evidence: known });
      skb = { ...skb, packet };
    }
  }
  if (options.reroute !== undefined && skb.packet.dst !== start.packet.dst) return options.reroute(skb);
  return { kind: 'pass', skb };
}

/**
 * Settles one translation of a new flow; without a request it is a null binding, which is final as well, and changes a source port that
 * another connection has.
 */
function bind(
  walk: Walk,
  skb: Skb,
  entry: Connection,
  manip: Manip,
  request: NatRequest | undefined,
  evidence: readonly Source[],
  options: HookOptions,
  hook: Hook,
): HookResult {
  const sourceSettled = entry.sourceSettled || manip === 'source';
  const destinationSettled = entry.destinationSettled || manip === 'destination';
  const { connections, chooser } = walk;
  const { packet: old, place, tracking } = skb;
  const { namespace } = place;
  if (tracking === undefined) return { kind: 'pass', skb };
  const to = settle(
    request,
    manip,
    old,
    {
      namespace,
      iif: skb.iif,
      oif: options.oif,
      nextHop: options.nextHop,
      output: hook === 'output',
      zone: entry.zone.original,
      isTaken: (translated) => connections.isTaken(namespace, replyTuple(translated), entry),
      sources: () => connections.sourcesOf(namespace, entry),
    },
    chooser,
  );
  if (to.kind === 'no-address')
    return {
      kind: 'stop',
      outcome: dropped(place, 'NAT_NO_ADDRESS', evidence.slice(-1), { device: manip === 'source' ? options.oif : skb.iif }),
    };
  if (to.kind === 'unknown') return { kind: 'stop', outcome: unknownTarget(skb, to.construct, evidence) };
  const isSource = manip === 'source';
  const isMoved = isSource
    ? to.ip !== old.src || to.port !== old.sport || to.among !== undefined
    : to.ip !== old.dst || to.port !== old.dport;
  if (!isMoved) {
    const next = connections.replace(namespace.id, entry, { ...entry, sourceSettled, destinationSettled });
    return { kind: 'pass', skb: copy(skb, old, { state: tracking.state, entry: next, direction: tracking.direction }) };
  }
  const packet: Packet = isSource
    ? { ...old, src: to.ip, sport: to.port, chosen: to.among === undefined ? keptChoice(old, to.port) : { side: 'sport', ...to.among } }
    : { ...old, dst: to.ip, dport: to.port };
  const next = connections.replace(namespace.id, entry, {
    ...entry,
    sourceSettled,
    destinationSettled,
    reply: replyTuple(packet),
    dnat: entry.dnat || !isSource,
    snat: entry.snat || isSource,
  });
  walk.step({ kind: 'nat', manip, before: tupleOf(old), after: tupleOf(packet), among: to.among, restored: false, evidence });
  return { kind: 'pass', skb: copy(skb, packet, { state: tracking.state, entry: next, direction: tracking.direction }) };
}

/** What somebody before took at random stays so, unless it is replaced. */
function keptChoice(packet: Packet, port: number): Packet['chosen'] {
  return packet.chosen?.side === 'sport' && port !== packet.sport ? undefined : packet.chosen;
}

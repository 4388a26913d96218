import { type Ip, anyAddress, familyOf, formatIp } from '../address/ip.ts';
import { linkByName } from '../namespace/lookup.ts';
import type { Chooser } from '../netfilter/walk.types.ts';
import { ICMP, ICMPV6, TCP, UDP } from '../packet/protocol.ts';
import { type Packet, TcpFlag, type Tuple, newPacket, sameTuple, tupleOf } from '../packet/packet.ts';
import { replyTuple } from '../conntrack/connections.ts';
import { type Ways, explore } from './choices.ts';
import type { Finding } from './finding.ts';
import type { SocketOwner, Tracking } from '../netfilter/model.ts';
import { addressType } from '../routing/fib.ts';
import { localOut } from './local-out.ts';
import { KERNEL } from './refuse.ts';
import { receive } from './receive.ts';
import type { Crossing, Origin, Received, SenderError, Trace, TracePath, TraceRequest, Verdict, World } from './trace.types.ts';
import type { Hop } from './step.ts';
import { type Outcome, type Outgoing, type Place, Walk, dropped, finding } from './walk.ts';

/** What one walk came to: the way there, the way back, and what both together mean. */
interface Conversation {
  readonly verdict: Verdict;
  readonly causes: readonly Finding[];
  readonly forward: Direction;
  readonly answer: Direction | undefined;
  readonly received: Received | undefined;
  readonly error: SenderError | undefined;
}

interface Direction {
  readonly verdict: Verdict;
  readonly hops: readonly Hop[];
  readonly crossings: readonly Crossing[];
  readonly causes: readonly Finding[];
}

/** A conversation, how likely it is, and what was taken for granted. */
interface Weighted {
  readonly conversation: Conversation;
  readonly probability: number | undefined;
  readonly assumptions: readonly Finding[];
}

const WORST: readonly Verdict[] = ['dropped', 'rejected', 'unknown', 'delivered'];

/**
 * Follows one packet, and the answer to it, through every namespace that it meets. Pure: the same world and request give the same trace.
 *
 * @throws RangeError where the request names a host, namespace or device that the world has not.
 */
export function trace(world: World, request: TraceRequest): Trace {
  const needs = new Set<string>();
  const place = placeOf(world, request.origin);
  const ways = explore((chooser) => converse(world, request, place, chooser, needs), request.forks ?? 256);
  const conversations = weigh(ways, place, needs);
  const paths: TracePath[] = [];
  for (const { conversation, probability, assumptions } of conversations) {
    const index = paths.length;
    const { forward, answer, received, error } = conversation;
    paths.push(directed('forward', undefined, forward, { probability, assumptions, received, error }));
    if (answer !== undefined)
      paths.push(directed('reply', index, answer, { probability, assumptions: [], received: undefined, error: undefined }));
  }
  const verdicts = conversations.map((weighted) => weighted.conversation.verdict);
  return { verdict: WORST.find((verdict) => verdicts.includes(verdict)) ?? 'unknown', paths, needs: [...needs] };
}

function directed(
  direction: TracePath['direction'],
  replyTo: number | undefined,
  { verdict, hops, causes, crossings }: Direction,
  { probability, assumptions, received, error }: Pick<TracePath, 'probability' | 'assumptions' | 'received' | 'error'>,
): TracePath {
  return { direction, replyTo, verdict, probability, hops, causes, assumptions, received, error, crossings };
}

function placeOf(world: World, origin: Origin): Place {
  const host = world.hosts.get(origin.host);
  const namespace = host?.namespaces.get(origin.namespace);
  if (host === undefined || namespace === undefined) throw new RangeError(`no namespace ${origin.namespace} on ${origin.host}`);
  if (origin.kind === 'wire' && linkByName(namespace, origin.device) === undefined)
    throw new RangeError(`no device ${origin.device} in ${origin.namespace}`);
  return { host, namespace };
}

function firstPacket(request: TraceRequest): Outgoing {
  const { protocol } = request;
  const isEcho = protocol === ICMP || protocol === ICMPV6;
  return newPacket<Outgoing>({
    src: request.src,
    dst: request.dst,
    protocol,
    sport: isEcho ? 1 : (request.sport ?? 40000),
    dport: isEcho ? 0 : request.dport,
    tcpFlags: protocol === TCP ? TcpFlag.SYN : 0,
    ttl: request.ttl ?? 64,
    length: request.length ?? 60,
    df: request.df ?? protocol === TCP,
    tos: request.tos ?? 0,
    mark: request.mark ?? 0,
    icmp: isEcho ? (request.icmp ?? { type: protocol === ICMP ? 8 : 128, code: 0 }) : undefined,
  });
}

/** One walk of the whole conversation, with the answers that this chooser gives. */
function converse(world: World, request: TraceRequest, place: Place, chooser: Chooser, needs: Set<string>): Conversation {
  const walk = new Walk(world, chooser, request);
  walk.begin();
  const outgoing = firstPacket(request);
  const there = send(walk, request.origin, place, outgoing);
  const forward = direction(walk, there);
  const conversation = conclude(walk, request, place, there, forward, outgoing);
  for (const need of walk.needs) needs.add(need);
  return conversation;
}

function send(walk: Walk, origin: Origin, place: Place, outgoing: Outgoing): Outcome {
  if (origin.kind === 'socket') {
    walk.enter(place, 'send', undefined);
    return localOut(walk, place, outgoing, { uid: origin.uid ?? 0, device: origin.device });
  }
  const link = linkByName(place.namespace, origin.device);
  if (link === undefined || outgoing.src === undefined) throw new RangeError('a packet from the wire needs a device and a source address');
  const nothing = { host: place.host.id, namespace: place.namespace.id, evidence: [] };
  return receive(walk, place, link, {
    packet: { ...outgoing, src: outgoing.src },
    nextHop: outgoing.dst,
    mac: undefined,
    permanent: false,
    macFrom: nothing,
  });
}

function direction(walk: Walk, outcome: Outcome): Direction {
  const { hops, crossings } = walk.finish(outcome);
  return { verdict: verdictOf(outcome), hops, crossings, causes: causesOf(outcome) };
}

function verdictOf(outcome: Outcome): Verdict {
  switch (outcome.kind) {
    case 'served':
    case 'left':
      return 'delivered';
    case 'refused':
      return 'rejected';
    case 'dropped':
      return 'dropped';
    case 'unknown':
      return 'unknown';
    default:
      return outcome satisfies never;
  }
}

function causesOf(outcome: Outcome): readonly Finding[] {
  return outcome.kind === 'served' || outcome.kind === 'left' ? [] : [outcome.finding];
}

/** What the forward outcome means once the answer, or the error, has found its way back. */
function conclude(walk: Walk, request: TraceRequest, origin: Place, there: Outcome, forward: Direction, outgoing: Outgoing): Conversation {
  const alone: Conversation = {
    verdict: forward.verdict,
    causes: forward.causes,
    forward,
    answer: undefined,
    received: receivedBy(there),
    error: errorOf(there),
  };
  if (there.kind === 'left' || there.kind === 'dropped' || there.kind === 'unknown') return alone;
  if (request.reply === false) return alone;
  const sent = sentBy(forward, outgoing);
  if (there.kind === 'refused') {
    if (there.answer === undefined) return alone;
    const back = answerFrom(walk, there.place, there.answer, KERNEL, { tracking: there.attached });
    const answer = direction(walk, back);
    if (reaches(back, request.origin, origin) && !isAbout(back, sent)) {
      const stranger = finding(origin, 'NAT_REPLY_MISMATCH', [], { expected: formatIp(outgoing.dst), actual: formatIp(there.answer.dst) });
      const unheard: Direction = { ...answer, verdict: 'dropped', causes: [stranger] };
      return { ...alone, verdict: 'dropped', causes: [stranger], answer: unheard, error: undefined };
    }
    if (reaches(back, request.origin, origin))
      // What the sender's kernel tells itself is no way of its own.
      return there.error.startsWith('errno-') ? ownWord(alone) : { ...alone, answer, error: reportedBy(alone.error, back) };
    const lost = goesAstray(back, answer);
    return {
      ...alone,
      verdict: back.kind === 'unknown' ? 'unknown' : 'dropped',
      causes: [...forward.causes, ...(lost ?? answer).causes],
      answer: lost ?? answer,
      error: undefined,
    };
  }
  const back = reply(walk, there);
  const answer = direction(walk, back);
  if (reaches(back, request.origin, origin)) {
    const arrived = back.kind === 'served' ? back.packet : back.kind === 'left' ? back.edge.packet : undefined;
    if (arrived === undefined || sent === undefined || sameTuple(tupleOf(arrived), replyTuple(sent))) return { ...alone, answer };
    const stranger = finding(origin, 'NAT_REPLY_MISMATCH', [], { expected: formatIp(sent.dst), actual: formatIp(arrived.src) });
    return { ...alone, verdict: 'dropped', causes: [stranger], answer: { ...answer, verdict: 'dropped', causes: [stranger] } };
  }
  const lost = goesAstray(back, answer);
  if (lost !== undefined) return { ...alone, verdict: 'dropped', causes: lost.causes, answer: lost };
  return { ...alone, verdict: back.kind === 'unknown' ? 'unknown' : 'dropped', causes: answer.causes, answer };
}

/** Is the error that arrived about what the socket sent? An ICMP error quotes it; a reset comes from the one that was asked. */
function isAbout(back: Outcome, sent: Packet | undefined): boolean {
  if (back.kind !== 'served' || sent === undefined) return true;
  const { packet } = back;
  const asked: Tuple | undefined = packet.quoted ?? (packet.protocol === TCP ? replyTuple(packet) : undefined);
  return asked === undefined || sameTuple(asked, sent);
}

/** What was meant for the sender and reached somebody else. */
function goesAstray(back: Outcome, answer: Direction): Direction | undefined {
  if (back.kind !== 'served' && back.kind !== 'left') return undefined;
  const astray: Finding =
    back.kind === 'served'
      ? finding(back.place, 'NAT_REPLY_MISMATCH', [], { actual: formatIp(back.packet.dst), expected: '' })
      : // Who sent it the wrong way is the last that had a choice.
        {
          code: 'ROUTE_MISSING',
          host: back.edge.host,
          namespace: back.edge.namespace,
          evidence: lastRoute(answer),
          details: { destination: formatIp(back.edge.packet.dst), source: formatIp(back.edge.packet.src), astray: 'yes' },
        };
  return { ...answer, verdict: 'dropped', causes: [astray] };
}

function lastRoute(answer: Direction): Finding['evidence'] {
  const steps = answer.hops.at(-1)?.steps ?? [];
  return steps.filter((step) => step.kind === 'route').at(-1)?.evidence ?? [];
}

/** The packet as the sender's socket knows it, with the source that the kernel chose. */
function sentBy(forward: Direction, outgoing: Outgoing): Packet | undefined {
  if (outgoing.src !== undefined) return { ...outgoing, src: outgoing.src };
  for (const step of forward.hops[0]?.steps ?? [])
    if (step.kind === 'route') return { ...outgoing, src: step.source ?? anyAddress(familyOf(outgoing.dst)) };
  return undefined;
}

function reaches(back: Outcome, origin: Origin, place: Place): boolean {
  if (back.kind === 'left') return origin.kind === 'wire';
  if (back.kind !== 'served') return false;
  // What came from a wire was sent by somebody else, whom the dumps may hold as well.
  const isHere = back.place.namespace.id === place.namespace.id && back.place.host.id === place.host.id;
  return isHere === (origin.kind === 'socket');
}

/** What the server says: a SYN-ACK, a datagram, an echo reply; from the address that was asked where the protocol holds to that. */
function reply(walk: Walk, there: Extract<Outcome, { kind: 'served' }>): Outcome {
  const { packet, place } = there;
  const { icmp, chosen } = packet;
  const { src, dst, protocol, sport, dport } = replyTuple(packet);
  const answer = newPacket<Packet>({
    src,
    dst,
    protocol,
    sport,
    dport,
    icmp: icmp === undefined ? undefined : { type: protocol === ICMP ? 0 : 129, code: 0 },
    tcpFlags: protocol === TCP ? TcpFlag.SYN | TcpFlag.ACK : 0,
    ttl: 64,
    length: packet.length,
    // A socket's default is IP_PMTUDISC_WANT; the kernel's own for echoes has IP_PMTUDISC_DONT (linux: `icmp_sk_init`).
    df: icmp === undefined,
    tos: packet.tos,
    mark: 0,
    answer: true,
    chosen: chosen && { ...chosen, side: 'dport' },
  });
  const isUnbound = protocol === UDP && there.socketAddress === 'any';
  return answerFrom(walk, place, answer, there.owner, isUnbound ? { asked: packet.dst } : {});
}

/**
 * `asked`: a datagram socket on a wildcard answers from the address that routing chooses, unless the program sets it (IP_PKTINFO):
 * which of them it is no dump tells.
 */
function answerFrom(
  walk: Walk,
  place: Place,
  answer: Outgoing,
  owner: SocketOwner,
  { asked, tracking }: { readonly asked?: Ip; readonly tracking?: Tracking | undefined } = {},
): Outcome {
  walk.begin();
  walk.enter(place, 'send', undefined);
  const { src } = answer;
  // No route is given to a source that table local does not have; a rule's reset does not ask.
  if (typeof src === 'number' && (answer.tcpFlags & TcpFlag.RST) === 0 && addressType(place.namespace, src) !== 'local')
    return dropped(place, 'ROUTE_SOURCE_REFUSED', [], { source: formatIp(src), destination: formatIp(answer.dst) });
  if (asked !== undefined && !(isOnlyAddress(place, asked) && !asksForSource(place, asked))) {
    const keeps = walk.chooser.unknown('the address that the UDP server answers from', [], [true, false]);
    if (!keeps) return localOut(walk, place, { ...answer, src: undefined }, owner);
  }
  return localOut(walk, place, answer, owner, { tracking });
}

function isOnlyAddress(place: Place, ip: Ip): boolean {
  return place.namespace.links.every(
    (link) =>
      link.device.kind === 'loopback' ||
      link.addresses.every((address) => address.ip === ip || familyOf(address.ip) !== familyOf(ip) || address.scope === 'link'),
  );
}

/** Without an address of its own the answer is looked up with none, which no rule with `from` fits. */
function asksForSource({ namespace }: Place, asked: Ip): boolean {
  return namespace.rules.some((rule) => rule.family === familyOf(asked) && rule.from !== undefined);
}

function receivedBy(there: Outcome): Received | undefined {
  return there.kind === 'served' ? { host: there.place.host.id, namespace: there.place.namespace.id, packet: there.packet } : undefined;
}

function errorOf(there: Outcome): SenderError | undefined {
  if (there.kind !== 'refused') return undefined;
  return { kind: there.error, host: there.place.host.id, namespace: there.place.namespace.id, from: there.answer?.src };
}

/** Nobody else reports an error of the sender's own kernel. */
function ownWord(conversation: Conversation): Conversation {
  const { error } = conversation;
  return error === undefined ? conversation : { ...conversation, error: { ...error, from: undefined } };
}

/** Translation may have changed who seems to report it. */
function reportedBy(error: SenderError | undefined, back: Outcome): SenderError | undefined {
  return error === undefined || back.kind !== 'served' ? error : { ...error, from: back.packet.src };
}

/** The ways as a list. Where an unknown construct leads to different ends, the answer is unknown; where all end alike it is only noted. */
function weigh(ways: Ways<Conversation>, origin: Place, needs: ReadonlySet<string>): readonly Weighted[] {
  switch (ways.kind) {
    case 'end':
      return [{ conversation: ways.value, probability: 1, assumptions: [] }];
    case 'cut':
      return [{ conversation: cut(origin), probability: 1, assumptions: [] }];
    case 'chance':
      return ways.branches.flatMap(({ probability, ways: branch }) =>
        weigh(branch, origin, needs).map(({ conversation, probability: within, assumptions }) => ({
          conversation,
          probability: within === undefined ? undefined : within * probability,
          assumptions,
        })),
      );
    case 'unknown': {
      const branches = ways.branches.map((branch) => weigh(branch, origin, needs));
      const first = branches[0] ?? [];
      const [place] = first;
      const doubt = doubtOf(ways.construct, ways.sources, place?.conversation, origin);
      const alike = branches.every((branch) => signature(branch) === signature(first));
      if (alike) return first.map((weighted) => ({ ...weighted, assumptions: [...weighted.assumptions, doubt] }));
      return first.map(({ conversation, assumptions }) => ({
        conversation: {
          ...conversation,
          verdict: 'unknown',
          causes: [doubt],
          forward: { ...conversation.forward, verdict: 'unknown', causes: [doubt] },
        },
        probability: undefined,
        assumptions,
      }));
    }
    default:
      return ways satisfies never;
  }
}

function doubtOf(construct: string, sources: Finding['evidence'], conversation: Conversation | undefined, origin: Place): Finding {
  const artifact = sources[0]?.artifact;
  const hops = [...(conversation?.forward.hops ?? []), ...(conversation?.answer?.hops ?? [])];
  const hop = artifact === undefined ? undefined : hops.find((candidate) => artifact.startsWith(`${candidate.namespace}/`));
  const at = hop ?? { host: origin.host.id, namespace: origin.namespace.id };
  return {
    code: construct.includes('not read') ? 'COLLECT_ARTIFACT_MISSING' : 'MODEL_UNSUPPORTED',
    host: at.host,
    namespace: at.namespace,
    evidence: sources,
    details: { construct, why: construct, artifact: artifact ?? '' },
  };
}

/** What makes two ends alike: verdict, receiver and translation. */
function signature(branch: readonly Weighted[]): string {
  return branch
    .map(({ conversation: c, probability }) => {
      const r = c.received;
      const to = r === undefined ? '-' : [r.host, r.namespace, r.packet.src, r.packet.sport, r.packet.dst, r.packet.dport].join(' ');
      return `${c.verdict} ${c.error?.kind ?? '-'} ${to} ${String(probability)}`;
    })
    .join('\n');
}

function cut(origin: Place): Conversation {
  const limit = finding(origin, 'MODEL_FORK_LIMIT', []);
  const forward: Direction = { verdict: 'unknown', hops: [], crossings: [], causes: [limit] };
  return { verdict: 'unknown', causes: [limit], forward, answer: undefined, received: undefined, error: undefined };
}

import { Protocol, type TraceRequest, familyOf, parseIp } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { InfraForward, InfraResult } from '../contracts/infra-shim.ts';
import type { Question } from '../contracts/network.ts';
import type { Endpoint, Packet as PlainPacket } from '../contracts/packet.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import type { Infra } from './ask-infra.ts';
import type { ServiceTarget } from './backends.ts';
import type { Conversation, Stop, Way } from './conversation.ts';
import { ownerOfAddress } from './owners.ts';
import { tupleOfPlain } from './packets.ts';
import { arrivalAt, arrivals, nodeUnreachable, sendingPlace } from './source-places.ts';

/** A place from which a packet is traced, and what is known of its way there. */
export interface Start {
  readonly request: TraceRequest;
  readonly before: readonly Stop[];
  readonly suspicions: readonly Suspicion[];
  readonly probability: number | undefined;
  /** The cloud did not say what it does on the way there. */
  readonly isUnclear: boolean;
}

/** Where to trace from; and what ended before anything could be traced. */
export interface Starts {
  readonly starts: readonly Start[];
  readonly ended: readonly Conversation[];
}

const NUMBERS = { tcp: Protocol.TCP, udp: Protocol.UDP, sctp: Protocol.SCTP } as const;

/** The packet that a question is about, but for where it comes in. */
export function packetOf(question: Question, source: Endpoint, destination: Endpoint): Omit<TraceRequest, 'origin'> | undefined {
  const dst = parseIp(destination.ip);
  const src = parseIp(source.ip);
  if (dst === undefined) return undefined;
  const { protocol } = question;
  return {
    dst,
    // A process of a pod or a node sends from the address that its kernel chooses.
    ...(src === undefined || source.kind === 'pod' || source.kind === 'node' ? {} : { src }),
    protocol: protocol === 'icmp' ? (familyOf(dst) === 4 ? Protocol.ICMP : Protocol.ICMPV6) : NUMBERS[protocol],
    ...(question.sport === undefined ? {} : { sport: question.sport, tracked: true }),
    dport: destination.port ?? 0,
    reply: question.reply,
  };
}

/** A process of the cluster sends. */
export function startInside(cluster: Cluster, source: Endpoint, packet: Omit<TraceRequest, 'origin'>): Starts {
  const place = sendingPlace(cluster, source);
  if (place.kind === 'unseen') return { starts: [], ended: [endedAt([{ kind: 'unseen', node: place.node }], 'unknown', [place.why], 1)] };
  return {
    starts: [{ request: { ...packet, origin: place.origin }, before: [], suspicions: [], probability: 1, isUnclear: false }],
    ended: [],
  };
}

/** A way to a node from outside, by which the packet has not come in yet. */
interface Incoming {
  readonly node: string;
  readonly packet: PlainPacket;
  readonly probability: number | undefined;
  readonly before: readonly Stop[];
  readonly suspicions: readonly Suspicion[];
  readonly isUnclear: boolean;
}

/** What is known before anything is collected: which nodes a packet from outside may come in at. */
export interface Outside {
  readonly incoming: readonly Incoming[];
  readonly ended: readonly Conversation[];
}

/** The cloud is asked first: its balancer and its edge decide where a packet comes in, and whether. */
export async function outsideOf(
  cluster: Cluster,
  infra: Infra,
  source: Endpoint,
  destination: Endpoint,
  target: ServiceTarget | undefined,
  question: Question,
): Promise<Outside> {
  const packet: PlainPacket = {
    src: source.ip,
    sport: question.protocol === 'icmp' ? 1 : (question.sport ?? 40000),
    dst: destination.ip,
    dport: destination.port ?? 0,
    protocol: question.protocol,
  };
  const { nodes, assumed } = arrivals(cluster, destination, target);
  const ip = parseIp(destination.ip);
  const owner = ip === undefined ? undefined : ownerOfAddress(cluster, ip);
  let incoming: Incoming[] = nodes.map((node) => ({
    node,
    packet,
    probability: nodes.length === 1 ? 1 : undefined,
    before: [],
    suspicions: assumed,
    isUnclear: false,
  }));
  const ended: Conversation[] = [];
  if (owner?.kind === 'service' && owner.by === 'load-balancer') {
    const answer = await infra.externalToLoadBalancer(owner.service, packet, nodes, 'forward');
    const whole: Incoming = { node: '', packet, probability: 1, before: [], suspicions: [], isUnclear: false };
    const after = apply(whole, answer);
    if (after.ended !== undefined) return { incoming: [], ended: [after.ended] };
    const sent = after.incoming.filter(({ node }) => node !== '');
    const [passed] = after.incoming;
    incoming =
      sent.length > 0
        ? sent
        : incoming.map((each) => ({
            ...each,
            before: passed?.before ?? [],
            suspicions: [...each.suspicions, ...(passed?.suspicions ?? [])],
            isUnclear: passed?.isUnclear ?? false,
          }));
  }
  const asked = await Promise.all(incoming.map(async (each) => apply(each, await infra.externalToNode(each.node, each.packet, 'forward'))));
  return { incoming: asked.flatMap((after) => after.incoming), ended: [...ended, ...asked.flatMap((after) => after.ended ?? [])] };
}

function apply(incoming: Incoming, answer: InfraResult): { readonly incoming: readonly Incoming[]; readonly ended?: Conversation } {
  const before: readonly Stop[] = [...incoming.before, ...(answer.hops ?? []).map((node): Stop => ({ kind: 'cloud', node }))];
  const isCause = answer.outcome !== 'pass';
  const suspicions = [...incoming.suspicions, ...answer.suspicions.map((suspicion) => ({ ...suspicion, cause: isCause }))];
  if (answer.outcome === 'drop' || answer.outcome === 'reject')
    return { incoming: [], ended: endedAt(before, answer.outcome === 'drop' ? 'dropped' : 'rejected', suspicions, incoming.probability) };
  const isUnclear = incoming.isUnclear || answer.outcome === 'unknown';
  const forwards = answer.forwards ?? [];
  if (forwards.length === 0) return { incoming: [{ ...incoming, before, suspicions, isUnclear }] };
  return {
    incoming: forwards.map((forward) => ({
      node: forward.to,
      packet: forward.packet,
      probability: product(incoming.probability, forward.probability),
      before,
      suspicions,
      isUnclear,
    })),
  };
}

/** Packets at the nodes' uplinks, now that the nodes are collected. */
export function startOutside(cluster: Cluster, outside: Outside, packet: Omit<TraceRequest, 'origin'>): Starts {
  const starts: Start[] = [];
  const ended: Conversation[] = [...outside.ended];
  for (const { node, packet: plain, probability, before, suspicions, isUnclear } of outside.incoming) {
    const origin = arrivalAt(cluster, node, plain.dst);
    const tuple = tupleOfPlain(plain);
    if (origin === undefined || tuple === undefined)
      ended.push(
        endedAt(
          [...before, { kind: 'unseen', node: { type: 'node', id: node } }],
          'unknown',
          [...suspicions, nodeUnreachable(cluster, node)],
          probability,
        ),
      );
    else starts.push({ request: { ...packet, ...ports(packet, tuple), origin }, before, suspicions, probability, isUnclear });
  }
  return { starts, ended };
}

/** Packets that the cloud sends on to another node than the kernels would have it. */
export function startOnward(
  cluster: Cluster,
  onward: {
    readonly before: readonly Stop[];
    readonly suspicions: readonly Suspicion[];
    readonly probability: number | undefined;
    readonly forwards: readonly InfraForward[];
  },
  packet: Omit<TraceRequest, 'origin'>,
): Starts {
  const { before, suspicions, forwards } = onward;
  const incoming = forwards.map((forward): Incoming => ({
    node: forward.to,
    packet: forward.packet,
    probability: product(onward.probability, forward.probability),
    before,
    suspicions,
    isUnclear: false,
  }));
  return startOutside(cluster, { incoming, ended: [] }, packet);
}

type Tuple = NonNullable<ReturnType<typeof tupleOfPlain>>;

function ports(packet: Omit<TraceRequest, 'origin'>, tuple: Tuple): Pick<TraceRequest, 'src' | 'dst' | 'sport' | 'dport'> {
  const isEcho = packet.protocol === Protocol.ICMP || packet.protocol === Protocol.ICMPV6;
  return { src: tuple.src, dst: tuple.dst, dport: isEcho ? 0 : tuple.dport, ...(isEcho ? {} : { sport: tuple.sport }) };
}

function product(a: number | undefined, b: number | null): number | undefined {
  return a === undefined || b === null ? undefined : a * b;
}

/** A conversation that came to its end before any kernel saw it. */
function endedAt(
  stops: readonly Stop[],
  verdict: Conversation['verdict'],
  suspicions: readonly Suspicion[],
  probability: number | undefined,
): Conversation {
  const forward: Way = { verdict, stops, crossings: [], received: undefined };
  return { verdict, probability, forward, reply: undefined, findings: [], assumptions: [], suspicions, error: undefined };
}

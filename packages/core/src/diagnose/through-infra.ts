import type { Crossing } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { InfraForward, InfraResult } from '../contracts/infra-shim.ts';
import type { NetNodeRef } from '../contracts/net-node.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import type { Verdict } from '../contracts/verdict.ts';
import type { Infra } from './ask-infra.ts';
import type { Conversation, Stop, Way } from './conversation.ts';
import { ownerOfAddress } from './owners.ts';
import { plainPacket } from './packets.ts';
import { suspect } from './suspect.ts';

/** A crossing whose packet the cloud has sent on, changed or elsewhere: it must be traced from there. */
interface Onward {
  readonly before: readonly Stop[];
  readonly crossings: readonly Crossing[];
  readonly suspicions: readonly Suspicion[];
  readonly probability: number | undefined;
  readonly forwards: readonly InfraForward[];
}

export type Passed =
  { readonly kind: 'conversation'; readonly conversation: Conversation } | { readonly kind: 'onward'; readonly onward: Onward };

/** Asks the cloud about every edge that conversations cross, all at once, and lets its answers take part. */
export function throughInfra(infra: Infra, cluster: Cluster, conversations: readonly Conversation[]): Promise<readonly Passed[]> {
  return Promise.all(
    conversations.map(async (conversation) => {
      const [there, back] = await Promise.all([
        answersFor(infra, cluster, conversation.forward, 'forward'),
        answersFor(infra, cluster, conversation.reply, 'reply'),
      ]);
      return pass(conversation, there, back);
    }),
  );
}

function answersFor(infra: Infra, cluster: Cluster, way: Way | undefined, direction: 'forward' | 'reply'): Promise<readonly InfraResult[]> {
  return Promise.all(
    (way?.crossings ?? []).map(({ edge, to }) => {
      const packet = plainPacket(edge.packet);
      if (to !== undefined) return infra.nodeToNode(edge.host, edge.device, to, packet, direction);
      const owner = ownerOfAddress(cluster, edge.packet.dst);
      if (owner.kind === 'service' && owner.by === 'load-balancer') {
        const nodes = cluster.nodes.map(({ metadata }) => metadata.name);
        return infra.externalToLoadBalancer(owner.service, packet, nodes, direction);
      }
      return infra.nodeToExternal(edge.host, edge.device, packet, direction);
    }),
  );
}

function pass(conversation: Conversation, there: readonly InfraResult[], back: readonly InfraResult[]): Passed {
  const forward = follow(conversation.forward, there);
  const suspicions = [...conversation.suspicions, ...forward.suspicions];
  const refused = forward.stopped;
  if (refused !== undefined)
    return {
      kind: 'conversation',
      conversation: {
        ...conversation,
        verdict: refused,
        forward: { ...forward.way, verdict: refused },
        reply: undefined,
        findings: [],
        error: undefined,
        suspicions,
      },
    };
  if (forward.onward !== undefined) {
    const { probability } = conversation;
    return {
      kind: 'onward',
      onward: { before: forward.way.stops, crossings: forward.way.crossings, suspicions, probability, forwards: forward.onward },
    };
  }
  const reply = conversation.reply === undefined ? undefined : follow(conversation.reply, back);
  const all = [...suspicions, ...(reply?.suspicions ?? [])];
  if (reply?.stopped !== undefined) {
    // Whatever is told to the one who answers, the one who asked hears nothing.
    return {
      kind: 'conversation',
      conversation: {
        ...conversation,
        verdict: 'dropped',
        forward: forward.way,
        reply: { ...reply.way, verdict: reply.stopped },
        findings: conversation.verdict === 'delivered' ? [] : conversation.findings,
        suspicions: all,
      },
    };
  }
  const isOpen = (forward.isUnclear || reply?.isUnclear === true) && conversation.verdict !== 'dropped';
  const verdict = isOpen ? 'unknown' : conversation.verdict;
  const causes = isOpen
    ? all
    : all.map((suspicion) =>
        suspicion.cause === true && conversation.verdict === 'delivered' ? { ...suspicion, cause: false } : suspicion,
      );
  return { kind: 'conversation', conversation: { ...conversation, verdict, forward: forward.way, reply: reply?.way, suspicions: causes } };
}

interface Followed {
  readonly way: Way;
  readonly suspicions: readonly Suspicion[];
  readonly stopped: Extract<Verdict, 'dropped' | 'rejected'> | undefined;
  readonly isUnclear: boolean;
  readonly onward: readonly InfraForward[] | undefined;
}

/** Goes along a way, edge by edge, up to the first that does not let it pass. */
function follow(way: Way, answers: readonly InfraResult[]): Followed {
  const stops: Stop[] = [];
  const suspicions: Suspicion[] = [];
  let isUnclear = false;
  let at = 0;
  for (const [index, crossing] of way.crossings.entries()) {
    const answer = answers[index];
    if (answer === undefined) continue;
    const until = boundary(way.stops, at, crossing);
    stops.push(...way.stops.slice(at, until), ...(answer.hops ?? []).map((node): Stop => ({ kind: 'cloud', node })));
    at = until;
    const crossings = way.crossings.slice(0, index + 1);
    switch (answer.outcome) {
      case 'drop':
      case 'reject': {
        const stopped = answer.outcome === 'drop' ? 'dropped' : 'rejected';
        const causes = named(crossing, answer);
        return {
          way: { ...way, stops, crossings, received: undefined },
          suspicions: [...suspicions, ...causes],
          stopped,
          isUnclear,
          onward: undefined,
        };
      }
      case 'unknown':
        isUnclear = true;
        suspicions.push(...named(crossing, answer));
        break;
      case 'pass':
        suspicions.push(...answer.suspicions.map((suspicion) => ({ ...suspicion, cause: false })));
        break;
      default:
        answer.outcome satisfies never;
    }
    const onward = (answer.forwards ?? []).filter((forward) => !isSame(crossing, forward));
    if (onward.length > 0) return { way: { ...way, stops, crossings }, suspicions, stopped: undefined, isUnclear, onward };
  }
  stops.push(...way.stops.slice(at));
  return { way: { ...way, stops }, suspicions, stopped: undefined, isUnclear, onward: undefined };
}

/** The suspicions of an answer as causes; one of our own where the provider names none. */
function named(crossing: Crossing, answer: InfraResult): readonly Suspicion[] {
  if (answer.suspicions.length > 0) return answer.suspicions.map((suspicion) => ({ ...suspicion, cause: true }));
  const on: NetNodeRef = { type: 'node', id: crossing.edge.host };
  const does = { drop: 'drops', reject: 'rejects', unknown: 'does something unknown with', pass: 'passes' }[answer.outcome];
  return [
    suspect(
      'COLLECT_INFRA_UNKNOWN',
      'WARNING',
      on,
      `The network under node ${on.id} ${does} the packet, and its provider does not say why`,
      { cause: true },
    ),
  ];
}

function isSame({ edge, to }: Crossing, forward: InfraForward): boolean {
  const plain = plainPacket(edge.packet);
  const { packet } = forward;
  return (
    forward.to === to &&
    packet.src === plain.src &&
    packet.dst === plain.dst &&
    packet.sport === plain.sport &&
    packet.dport === plain.dport &&
    packet.protocol === plain.protocol
  );
}

/** The index behind the stop by which a crossing left. */
function boundary(stops: readonly Stop[], from: number, { edge }: Crossing): number {
  for (let i = from; i < stops.length; i++) {
    const stop = stops[i];
    const next = stops[i + 1];
    if (stop?.kind !== 'hop' || stop.hop.host !== edge.host || stop.hop.namespace !== edge.namespace) continue;
    if (next === undefined || next.kind !== 'hop' || next.hop.host !== edge.host) return i + 1;
  }
  return stops.length;
}

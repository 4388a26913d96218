import type { Family, Ip } from '../address/ip.ts';
import { familyOf } from '../address/ip.ts';
import { Connections } from '../conntrack/connections.ts';
import type { Mac } from '../namespace/link.ts';
import type { Host, NetworkNamespace } from '../namespace/namespace.ts';
import type { Route } from '../namespace/route.ts';
import type { BridgeInfo, Chain, FrameAddresses, MatchContext, SocketOwner, Table, Tracking, Zone } from '../netfilter/model.ts';
import { walkChain } from '../netfilter/walk-chain.ts';
import type { ChainResult, Chooser } from '../netfilter/walk.types.ts';
import { type Packet, innermost, sameTuple } from '../packet/packet.ts';
import type { Source } from '../source.ts';
import type { FabricEdge } from './fabric.ts';
import type { BalancedConnection } from './ipvs.ts';
import type { Finding, FindingCode } from './finding.ts';
import type { Hop, Step } from './step.ts';
import type { Crossing, TraceRequest, World } from './trace.types.ts';

/** A namespace of a host. */
export interface Place {
  readonly host: Host;
  readonly namespace: NetworkNamespace;
}

/** A packet inside one namespace, with what the kernel keeps beside it (linux: `struct sk_buff`). */
export interface Skb {
  readonly place: Place;
  readonly packet: Packet;
  /** In-device as netfilter sees it; '' for what is made here. */
  readonly iif: string;
  readonly bridge: BridgeInfo | undefined;
  /** The frame that brought it. */
  readonly frame?: FrameAddresses | undefined;
  /** Set by a rule before it. */
  readonly zone?: Zone | undefined;
  /** Unset until the tracking hook is passed. */
  readonly tracking: Tracking | undefined;
  /** Made here, by a process or by the kernel; unset for what came from elsewhere. */
  readonly socket: SocketOwner | undefined;
  /** IPVS has dealt with it (linux: `ipvs_property`). */
  readonly balanced?: true | undefined;
  /** Where it goes, once routing has spoken. */
  readonly decision: Decision | undefined;
}

export interface Decision {
  readonly kind: 'local' | 'unicast' | 'broadcast';
  readonly device: string;
  readonly via: Ip | undefined;
  readonly route: Route;
  readonly evidence: readonly Source[];
}

/** A packet that is made here; `src` may be left to the kernel. */
export type Outgoing = Omit<Packet, 'src'> & { readonly src: Packet['src'] | undefined };

/** How a walk in one direction ends. */
export type Outcome =
  | {
      readonly kind: 'served';
      readonly place: Place;
      readonly packet: Packet;
      readonly socketAddress: Ip | 'any';
      readonly owner: SocketOwner;
    }
  | { readonly kind: 'left'; readonly edge: FabricEdge }
  | { readonly kind: 'dropped'; readonly finding: Finding }
  /** `answer`: the error as a packet, to be sent from `place`; unset where the sender's own kernel refuses with an errno. */
  | {
      readonly kind: 'refused';
      readonly finding: Finding;
      readonly error: string;
      readonly place: Place;
      readonly answer: Outgoing | undefined;
      /** What tracking knows of it before any hook: it belongs to the connection of the packet that it is about (linux: `nf_ct_attach`). */
      readonly attached?: Tracking | undefined;
    }
  | { readonly kind: 'unknown'; readonly finding: Finding };

export function neighbourKey({ namespace }: Place, device: string, ip: Ip): string {
  return `${namespace.id} ${device} ${String(ip)}`;
}

/** A packet on its way into a device. */
interface Arrival {
  readonly place: Place;
  readonly device: string;
  readonly packet: Packet;
}

/** The same device, and a packet that is the same but for its TTL. */
function isRevisit(a: Arrival, b: Arrival): boolean {
  return (
    a.device === b.device &&
    a.place.namespace === b.place.namespace &&
    a.place.host === b.place.host &&
    a.packet.mark === b.packet.mark &&
    sameTuple(a.packet, b.packet) &&
    innermost(a.packet).dst === innermost(b.packet).dst
  );
}

interface OpenHop {
  readonly host: string;
  readonly namespace: string;
  action: Hop['action'];
  in: Hop['in'];
  out: Hop['out'];
  readonly steps: Step[];
}

/** The record of one walk of one conversation. It lives as long as the walk; what leaves it is immutable. */
export class Walk {
  readonly world: World;
  readonly chooser: Chooser;
  readonly connections: Connections;
  /** Do connections count that were there before? */
  readonly tracked: boolean;
  readonly #notesVisits: boolean;
  readonly needs = new Set<string>();
  /** The link-layer addresses of those who have asked somebody, as {@link neighbourKey} names them: who was asked knows who asked. */
  readonly learned = new Map<string, Mac | undefined>();
  /** Where peers of WireGuard were heard last. */
  readonly endpoints = new Map<string, { readonly ip: Ip; readonly port: number }>();
  readonly #balanced = new Map<string, BalancedConnection[]>();
  #hops: OpenHop[] = [];
  #crossings: Crossing[] = [];
  #arrivals: Arrival[] = [];
  #rounds = false;

  constructor(world: World, chooser: Chooser, { tracked = false, visits = false }: Pick<TraceRequest, 'tracked' | 'visits'>) {
    this.world = world;
    this.chooser = chooser;
    this.tracked = tracked;
    this.#notesVisits = visits;
    this.connections = new Connections(tracked ? chooser : undefined);
  }

  /** Walks a base chain. */
  chain(table: Table, chain: Chain, context: MatchContext): ChainResult {
    return walkChain(table, chain, context, this.chooser, this.#notesVisits ? [] : undefined);
  }

  /** Begins a direction: hops and crossings of the one before are handed out by {@link finish}. */
  begin(): void {
    this.#hops = [];
    this.#crossings = [];
    this.#arrivals = [];
    this.#rounds = false;
  }

  /** What IPVS of a namespace remembers of this conversation. */
  balanced(namespace: string): BalancedConnection[] {
    let connections = this.#balanced.get(namespace);
    if (connections === undefined) this.#balanced.set(namespace, (connections = []));
    return connections;
  }

  enter(place: Place, action: 'send' | 'forward', incoming: Hop['in']): void {
    this.#hops.push({ host: place.host.id, namespace: place.namespace.id, action, in: incoming, out: undefined, steps: [] });
  }

  step(step: Step): void {
    this.#hops.at(-1)?.steps.push(step);
  }

  leave(device: string, packet: Packet): void {
    const hop = this.#hops.at(-1);
    if (hop !== undefined) hop.out = { device, packet };
  }

  cross(crossing: Crossing): void {
    this.#crossings.push(crossing);
  }

  /** Does this direction go in circles? */
  get inCircles(): boolean {
    return this.#rounds;
  }

  /** How much TTL this packet has lost since it was received on this device before, on this way; `undefined` where it was not. */
  revisits(place: Place, device: string, packet: Packet): number | undefined {
    const arrival = { place, device, packet };
    const before = this.#arrivals.findLast((earlier) => isRevisit(earlier, arrival));
    this.#arrivals.push(arrival);
    if (before === undefined) return undefined;
    this.#rounds = true;
    return innermost(before.packet).ttl - innermost(packet).ttl;
  }

  finish(outcome: Outcome): { readonly hops: readonly Hop[]; readonly crossings: readonly Crossing[] } {
    const last = this.#hops.at(-1);
    if (last !== undefined) {
      last.action = lastAction(outcome, last.action);
      if (outcome.kind === 'dropped' || outcome.kind === 'unknown')
        last.steps.push({
          kind: outcome.kind === 'dropped' ? 'drop' : 'unknown',
          finding: outcome.finding,
          evidence: outcome.finding.evidence,
        });
      if (outcome.kind === 'refused') last.steps.push({ kind: 'reject', finding: outcome.finding, evidence: outcome.finding.evidence });
    }
    return { hops: this.#hops, crossings: this.#crossings };
  }
}

function lastAction(outcome: Outcome, before: Hop['action']): Hop['action'] {
  switch (outcome.kind) {
    case 'served':
      return 'serve';
    case 'left':
      return before;
    case 'dropped':
      return 'drop';
    case 'refused':
      return 'reject';
    case 'unknown':
      return 'unknown';
    default:
      return outcome satisfies never;
  }
}

export function finding(
  place: Place,
  code: FindingCode,
  evidence: readonly Source[],
  details: Readonly<Record<string, string>> = {},
): Finding {
  return { code, host: place.host.id, namespace: place.namespace.id, evidence, details };
}

export function dropped(
  place: Place,
  code: FindingCode,
  evidence: readonly Source[],
  details: Readonly<Record<string, string>> = {},
): Outcome {
  return { kind: 'dropped', finding: finding(place, code, evidence, details) };
}

export function family(skb: Skb): Family {
  return familyOf(skb.packet.dst);
}

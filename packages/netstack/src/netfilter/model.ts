import type { Ip } from '../address/ip.ts';
import type { Mac } from '../namespace/link.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import type { ChosenPort, Packet, Tuple } from '../packet/packet.ts';
import type { Source } from '../source.ts';

/** The IP-level hooks, in the order of a packet's life. */
export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

export type NetfilterFamily = 'ip' | 'ip6' | 'inet' | 'bridge' | 'netdev' | 'arp';

/** Every table of a namespace, both iptables backends and native nftables side by side: a packet must pass all of them. */
export interface Netfilter {
  readonly tables: readonly Table[];
}

export interface Table {
  readonly backend: 'iptables-legacy' | 'iptables-nft' | 'nftables';
  readonly family: NetfilterFamily;
  readonly name: string;
  /** Does any rule refer to connection tracking? Told by a table that builds its rules late. */
  readonly tracks?: boolean;
  /** The sets of ipset that its rules add to or remove from. */
  readonly changesSets?: readonly string[];
  /** How many rules. Told, as what is called, by a table that makes its chains late. */
  readonly size?: number;
  /** The chains that the kernel calls. */
  readonly called?: readonly Chain[];
  readonly chains: ReadonlyMap<string, Chain>;
}

export interface Chain {
  readonly name: string;
  /** Set for a chain that the kernel calls, unset for one that only rules jump to. */
  readonly base: BaseChain | undefined;
  readonly rules: readonly Rule[];
  readonly source: Source;
}

export interface BaseChain {
  readonly hook: Hook | 'ingress' | 'egress';
  /** Chains at one hook run by ascending priority. */
  readonly priority: number;
  readonly type: 'filter' | 'nat' | 'route';
  readonly policy: 'accept' | 'drop';
  /** Netdev: the devices that it is attached to. */
  readonly devices: readonly string[];
}

/**
 * A rule: all matches fit, then the target acts. Without a target it only counts. A native rule may have more to it: where the target lets
 * the packet go on, `then` is walked before the next rule.
 *
 * A construct that could not be understood stands among `matches` or as `target` and answers *unknown*; the line is in `source`.
 */
export interface Rule {
  readonly matches: readonly Match[];
  readonly target: Target | undefined;
  /** Has the rule a reference to connection tracking (a `ct` match or a NAT target)? The first such rule turns it on for its family. */
  readonly tracks: boolean;
  /** Sets of ipset that it adds to or removes from. */
  readonly changesSets?: readonly string[];
  /** The one destination that it can fit (`-d A/32`), where it has one: long chains are looked up by it. */
  readonly onlyTo?: Ip;
  readonly then?: Rule | undefined;
  readonly source: Source;
}

export interface Match {
  /** As iptables names it (`conntrack`), or `source`, `in-interface`, … for the options of the rule itself. */
  readonly name: string;
  readonly test: (context: MatchContext) => MatchResult;
}

/** `chance`: both ways happen, with that probability of a match. `unknown`: the model can't tell. */
export type MatchResult =
  boolean | { readonly kind: 'chance'; readonly probability: number } | { readonly kind: 'unknown'; readonly construct: string };

/** What a match or a target may look at. */
export interface MatchContext {
  readonly packet: Packet;
  readonly hook: BaseChain['hook'];
  readonly namespace: NetworkNamespace;
  /** In-device; '' in output and where there is none. For bridged traffic the bridge. */
  readonly iif: string;
  /** Out-device; '' in prerouting and input. */
  readonly oif: string;
  readonly bridge: BridgeInfo | undefined;
  /** The frame that brought the packet; unset for what is made here. */
  readonly frame?: FrameAddresses | undefined;
  readonly tracking: Tracking;
  /** The sending socket's owner, where it is known; `kernel`: nobody's, for errors and resets. Unset for what is forwarded. */
  readonly socket: SocketOwner | undefined;
  /** The next hop chosen by routing, known from forward and output on. */
  readonly nextHop: Ip | undefined;
}

/** Link-layer addresses, where the model has them. */
export interface FrameAddresses {
  readonly source: Mac | undefined;
  readonly destination: Mac | undefined;
}

export interface SocketOwner {
  readonly uid: number | undefined;
  /** The device that the socket is bound to. */
  readonly device?: string | undefined;
  readonly kernel?: true;
}

/** br_netfilter's note on a packet that came through, or goes to, a bridge port. */
export interface BridgeInfo {
  readonly inPort: string | undefined;
  readonly outPort: string | undefined;
  /** Switched between two ports, not routed. */
  readonly bridged: boolean;
}

/** What connection tracking says of a packet. */
export interface Tracking {
  readonly state: 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';
  /** Unset for INVALID and UNTRACKED. */
  readonly entry: TrackedConnection | undefined;
  readonly direction: 'original' | 'reply';
}

/** Tables of connections apart from each other, one for each direction of a connection; 0 where nothing is said. */
export interface Zone {
  readonly original: number;
  readonly reply: number;
}

export interface TrackedConnection {
  /** Unset: in none. */
  readonly zone?: Zone;
  /** The first packet before any translation. */
  readonly original: Tuple;
  /** What an answer looks like when it arrives. */
  readonly reply: Tuple;
  readonly mark: number;
  readonly dnat: boolean;
  readonly snat: boolean;
  /** Has an answer been seen? */
  readonly replied: boolean;
  /** Of its first packet's ports one was taken at random by somebody before. */
  readonly chosen?: ChosenPort | undefined;
  /** Known of entries that were there before: is it kept when the table is full? */
  readonly assured?: boolean | undefined;
}

export interface Target {
  /** As iptables names it: `DNAT`, `ACCEPT`; `JUMP` and `GOTO` for chains. */
  readonly name: string;
  readonly apply: (context: MatchContext) => TargetResult;
}

/**
 * What a target wants. Rule results and chain results are different types: a jump never leaves the walk of a chain.
 *
 * `continue` goes on, with a changed packet or connection mark where given; `break` goes on with the next rule, whatever is left of this
 * one. `by`: the element of a map that it was found in.
 */
export type TargetResult = { readonly by?: Source } & (
  | { readonly kind: 'continue'; readonly packet?: Packet; readonly connectionMark?: number }
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'return' }
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'goto'; readonly chain: string }
  | { readonly kind: 'reject'; readonly with: RejectWith }
  | { readonly kind: 'notrack' }
  /** Connections are looked for, and made, in that zone. */
  | { readonly kind: 'zone'; readonly zone: Zone }
  | { readonly kind: 'nat'; readonly request: NatRequest }
  | { readonly kind: 'break' }
  /** One of several: by weight, or nobody can tell where a construct is named. */
  | {
      readonly kind: 'choose';
      readonly options: readonly { readonly weight: number; readonly result: TargetResult }[];
      readonly construct?: string;
    }
  /** `ways`: all that it can come to, where that is known. */
  | { readonly kind: 'unknown'; readonly construct: string; readonly ways?: readonly UnknownWay[] }
);

/** `unknown`: the packet may be changed, so that where it goes then nobody can say. */
export type UnknownWay = 'continue' | 'accept' | 'drop' | 'unknown';

/** The answer to the sender: a TCP reset, or an ICMP (ICMPv6 in ip6tables) destination unreachable with that code. */
export type RejectWith = { readonly kind: 'tcp-reset' } | { readonly kind: 'icmp'; readonly type: number; readonly code: number };

/** A translation, before addresses and ports are settled against the connection table. */
export type NatRequest =
  | {
      readonly manip: 'source' | 'destination';
      readonly kind: 'range';
      /** `undefined` keeps the address. */
      readonly addresses: { readonly from: Ip; readonly to: Ip } | undefined;
      /** `undefined` keeps the port where it can. `base`: the port that `from` stands for (shifted ranges). */
      readonly ports: { readonly from: number; readonly to: number; readonly base?: number } | undefined;
      readonly random: boolean;
      readonly persistent: boolean;
    }
  /** The address of the out-device that fits the next hop. */
  | {
      readonly manip: 'source';
      readonly kind: 'masquerade';
      readonly ports: { readonly from: number; readonly to: number } | undefined;
      readonly random: boolean;
    }
  /** The in-device's first address, 127.0.0.1 in output. */
  | {
      readonly manip: 'destination';
      readonly kind: 'redirect';
      readonly ports: { readonly from: number; readonly to: number } | undefined;
      readonly random: boolean;
    }
  /** The host part stays, the network part is replaced. */
  | { readonly manip: 'source' | 'destination'; readonly kind: 'netmap'; readonly network: Ip; readonly mask: Ip };

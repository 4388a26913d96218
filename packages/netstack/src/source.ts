/**
 * Where a fact was read: a line of a text artifact (counted from 1) or a JSON pointer (RFC 6901) into a JSON one.
 *
 * `artifact` is the path inside a snapshot, `nodes/node1/host/iptables-nft-save`. `text` is what stands there, counters left out,
 * never a re-rendered form of it.
 */
export type Source = SourceLine | SourcePointer;

export interface SourceLine {
  readonly artifact: string;
  readonly line: number;
  readonly text: string;
}

export interface SourcePointer {
  readonly artifact: string;
  readonly pointer: string;
  readonly text: string;
}

/** The topics that a namespace's dump covers, each read from one artifact (or two, one a family). */
export type Topic =
  | 'links'
  | 'addresses'
  | 'routes'
  | 'rules'
  | 'nexthops'
  | 'neighbours'
  | 'fdb'
  | 'bridge-ports'
  | 'sysctls'
  | 'sockets'
  | 'iptables-legacy'
  | 'iptables-nft'
  | 'nftables'
  | 'ipset'
  | 'ipvs'
  | 'wireguard'
  | 'conntrack'
  | 'tc'
  | 'xfrm';

/**
 * Something of a namespace that could not be read, or was read and is not understood.
 *
 * Never an empty table: whoever needs the topic must answer *unknown* where the gap could matter.
 */
export interface Gap {
  readonly topic: Topic;
  readonly kind: 'missing' | 'truncated' | 'malformed' | 'unsupported';
  /** What a person reads: which command failed and how, or which construct is not understood. */
  readonly why: string;
  readonly source?: Source;
}

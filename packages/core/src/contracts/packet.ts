/** A packet as plugins, reports and scripts see it: addresses as text, protocol by name. */
export interface Packet {
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly protocol: string;
  /** The kernel's mark, left out where 0. */
  readonly mark?: number;
  /** The packet inside, for a tunnel's outer packet. */
  readonly encap?: Packet;
}

/** What one end of a question is, after the cluster was asked. */
export interface Endpoint {
  readonly kind: 'pod' | 'node' | 'service' | 'external' | 'ip';
  readonly namespace?: string;
  readonly name?: string;
  readonly ip: string;
  /** Destination only: the port number that is sent to. */
  readonly port?: number;
  /** Destination only: the Service that was asked for, as namespace/name. */
  readonly service?: string;
}

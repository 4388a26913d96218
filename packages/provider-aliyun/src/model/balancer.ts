import type { Ip, Prefix } from '@skoop/netstack';
import type { PortRange } from './port-range.ts';

/** A load balancer of any kind: classic (CLB), network (NLB), application (ALB). */
export interface Balancer {
  readonly kind: 'clb' | 'nlb' | 'alb';
  readonly id: string;
  readonly region: string;
  readonly vpc: string;
  /** As the API says it; `isActive` is what it means. */
  readonly state: string;
  readonly isActive: boolean;
  /** The addresses that clients speak to; for an NLB those inside of the VPC too. */
  readonly addresses: readonly Ip[];
  /** Those that an NLB or ALB speaks to its servers from. */
  readonly localAddresses: readonly Ip[];
  /** Of an NLB; none is open. */
  readonly groups: readonly string[];
  /** Those that an NLB or ALB stands in, one a zone; a CLB stands in none. */
  readonly vSwitches: readonly string[];
  /** Zones that are taken out, or not ready. */
  readonly badZones: readonly string[];
}

export interface Listener {
  /** Its id, or of a CLB `tcp:80`. */
  readonly id: string;
  readonly protocol: 'tcp' | 'udp' | 'http' | 'https' | 'tcpssl' | 'quic' | 'unknown';
  readonly ports: PortRange;
  readonly status: string;
  readonly isRunning: boolean;
  readonly acl: { readonly type: 'white' | 'black'; readonly ids: readonly string[] } | undefined;
  readonly servers: ServerSet;
  /** Of an ALB: the rules (by host, path, …) that send a request elsewhere than {@link servers}. */
  readonly rules: readonly string[];
  /** Is the health of servers looked at? `undefined`: not told here. */
  readonly checksHealth: boolean | undefined;
}

/** What stands behind a listener. */
export type ServerSet =
  | { readonly kind: 'group'; readonly id: string }
  /** Of a CLB: its own servers, all on one port. */
  | { readonly kind: 'default'; readonly port: number }
  /** Of a CLB: one that works and one that waits. */
  | { readonly kind: 'pair'; readonly id: string }
  /** It answers by itself, and sends the client elsewhere. */
  | { readonly kind: 'redirect' };

export interface Server {
  /** Id of the instance or interface; '' for a bare address. */
  readonly id: string;
  /** `undefined`: the API does not tell, as for the instances of a CLB. */
  readonly address: Ip | undefined;
  readonly port: number;
  readonly weight: number;
}

/** Who is not well. Of an NLB or ALB only these are listed. */
export interface Unwell {
  readonly id: string;
  readonly address: Ip | undefined;
  readonly port: number;
  readonly why: string;
}

export type AccessList = readonly (Prefix | undefined)[];

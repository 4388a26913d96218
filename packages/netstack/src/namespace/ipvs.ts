import type { Ip } from '../address/ip.ts';
import type { Source } from '../source.ts';

/** A virtual service of IPVS: by address, port and protocol, or by the packet's mark. */
export interface VirtualService {
  readonly match:
    | { readonly kind: 'address'; readonly protocol: number; readonly ip: Ip; readonly port: number }
    | { readonly kind: 'mark'; readonly mark: number };
  /** `rr`, `wlc`, … */
  readonly scheduler: string;
  readonly persistent: boolean;
  readonly servers: readonly RealServer[];
  readonly source: Source;
}

export interface RealServer {
  readonly ip: Ip;
  readonly port: number;
  /** How a packet gets there: rewritten (NAT), by link-layer address alone (DR), in IPIP (TUN), or not at all. */
  readonly forward: 'masq' | 'route' | 'tunnel' | 'local';
  /** 0: gets no new connections. */
  readonly weight: number;
  readonly source: Source;
}

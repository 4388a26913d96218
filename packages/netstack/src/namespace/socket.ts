import type { Ip } from '../address/ip.ts';
import type { Source } from '../source.ts';

/** A TCP or UDP socket (`ss -H -O -n -e`). */
export interface Socket {
  readonly protocol: number;
  readonly state: 'listen' | 'unconnected' | 'connected';
  /** `'any'`: a wildcard of its family, see `family` and `v6only`. */
  readonly local: Ip | 'any';
  readonly localPort: number;
  readonly peer: Ip | 'any';
  readonly peerPort: number;
  /** 6 with `v6only` false and a wildcard address takes IPv4 as well. */
  readonly family: 4 | 6;
  readonly v6only: boolean;
  /** SO_BINDTODEVICE. */
  readonly device: string | undefined;
  readonly uid: number;
  readonly source: Source;
}

import type { Ip } from '../address/ip.ts';
import type { Source } from '../source.ts';
import type { Mac } from './link.ts';

/** An ARP or neighbour discovery entry (`ip -j neigh show nud all`). */
export interface Neighbour {
  readonly ip: Ip;
  readonly dev: string;
  readonly mac: Mac | undefined;
  readonly state: 'PERMANENT' | 'NOARP' | 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE' | 'INCOMPLETE' | 'FAILED' | 'NONE';
  /** An entry of the proxy table: answer for `ip` on `dev`. */
  readonly proxy: boolean;
  readonly source: Source;
}

/** A forwarding database entry (`bridge -j -d fdb show`), of a bridge port, or of a VXLAN device where `dst` is set. */
export interface FdbEntry {
  readonly mac: Mac;
  /** The port, or the VXLAN device, or the bridge itself. */
  readonly dev: string;
  /** The bridge whose table it is in; `undefined` for the device's own table (`self`). */
  readonly master: string | undefined;
  readonly state: 'permanent' | 'static' | 'dynamic';
  readonly vlan: number | undefined;
  /** VXLAN: the address of the remote end. */
  readonly dst: Ip | undefined;
  /** VXLAN: where they differ from the device's. */
  readonly port: number | undefined;
  readonly vni: number | undefined;
  readonly via: string | undefined;
  readonly source: Source;
}

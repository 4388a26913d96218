import type { Tuple } from '../packet/packet.ts';
import type { Gap, Source } from '../source.ts';
import type { IpSet } from '../ipset/set.ts';
import type { Netfilter, Zone } from '../netfilter/model.ts';
import type { VirtualService } from './ipvs.ts';
import type { Link } from './link.ts';
import type { FdbEntry, Neighbour } from './neighbour.ts';
import type { PolicyRule, Route } from './route.ts';
import type { Socket } from './socket.ts';

/** A network namespace as it was dumped: data, no behaviour. */
export interface NetworkNamespace {
  /** Its folder in a snapshot, which begins the artifact of every source: `nodes/node1/host`, `nodes/node1/pods/default_web-1`. */
  readonly id: string;
  /** In order of their index. */
  readonly links: readonly Link[];
  readonly routes: readonly Route[];
  /** By priority, equal ones in the order of the dump, which is that of insertion. */
  readonly rules: readonly PolicyRule[];
  readonly neighbours: readonly Neighbour[];
  readonly fdb: readonly FdbEntry[];
  /** Path under /proc/sys to value: `net/ipv4/conf/eth0/rp_filter` → `1`. */
  readonly sysctls: ReadonlyMap<string, string>;
  readonly sockets: readonly Socket[];
  readonly netfilter: Netfilter;
  /** Sets of ipset by name. */
  readonly ipsets: ReadonlyMap<string, IpSet>;
  /** Virtual services of IPVS. */
  readonly ipvs: readonly VirtualService[];
  readonly conntrack: readonly ConntrackEntry[];
  readonly gaps: readonly Gap[];
}

/** An entry of the kernel's connection tracking table at the time of the dump. */
export interface ConntrackEntry {
  /** An echo has its identifier as source port, in both directions. */
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly mark: number;
  readonly zone: Zone;
  /** TCP alone: `ESTABLISHED`, `TIME_WAIT`, …. */
  readonly state: string | undefined;
  /** Has an answer been seen? */
  readonly replied: boolean;
  /** Is it kept when the table is full? */
  readonly assured: boolean;
  /** Its packets pass the chains by (a flow table). */
  readonly offloaded: boolean;
  readonly source: Source;
}

/** A kernel: its namespaces, of which `root` is the machine's own. */
export interface Host {
  /** The node's name, or the dump's. */
  readonly id: string;
  /** Key in `namespaces` of the machine's own. */
  readonly root: string;
  /** By {@link NetworkNamespace.id}. */
  readonly namespaces: ReadonlyMap<string, NetworkNamespace>;
}

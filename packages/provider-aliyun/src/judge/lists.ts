import type { Prefix } from '@skoop/netstack';
import type { PortRange } from '../model/port-range.ts';

/** Lists that rules name by id, as far as they could be read. */
export interface Lists {
  readonly prefixes: ReadonlyMap<string, readonly Prefix[]>;
  readonly ports: ReadonlyMap<string, readonly PortRange[]>;
}

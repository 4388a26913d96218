import type { Family } from '../family.ts';
import { bridge } from './bridge.ts';
import { cluster } from './cluster.ts';
import { ipset4, ipset6 } from './ipset.ts';
import { machine4, machine6 } from './machine.ts';
import { nftables4, nftables6 } from './nftables.ts';
import { router4, router6 } from './router.ts';

/** Every family, by its name. One more is one file and one line here. */
export const FAMILIES: readonly Family[] = [router4, router6, machine4, machine6, nftables4, nftables6, ipset4, ipset6, bridge, cluster];

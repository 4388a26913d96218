import { readFileSync } from 'node:fs';

/** A kind of cluster that the suite runs on. */
export interface Variant {
  readonly name: string;
  readonly cni: 'flannel-vxlan' | 'flannel-host-gw' | 'flannel-udp' | 'bridge';
  readonly proxy: 'iptables' | 'nftables';
  /** IPv4 and IPv6. */
  readonly dual: boolean;
  /** Healthy ways only, and only where somebody asks for it by name or for all. */
  readonly extra?: true;
  /** The cloud is asked as well. */
  readonly cloud?: true;
}

/** The same list that `npm test -- cluster` goes through. */
export const VARIANTS = JSON.parse(readFileSync(new URL('../variants.json', import.meta.url), 'utf8')) as readonly Variant[];

/** The one that runs now; the first where nobody says. */
export const VARIANT: Variant = named(process.env['LAB_VARIANT'] ?? 'vxlan');

function named(name: string): Variant {
  const found = VARIANTS.find((variant) => variant.name === name);
  if (found === undefined) throw new RangeError(`LAB_VARIANT: there is no variant ${name}`);
  return found;
}

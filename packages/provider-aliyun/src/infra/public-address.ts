import type { Ip } from '@skoop/netstack';
import type { PublicAddress } from '../model/interface.ts';
import type { Place } from './place.ts';

/** The address of the Internet that stands for a private one of the interface. It serves that address, and none that only passes the node. */
export function publicAddressOf({ eni, instance }: Place, address: Ip): PublicAddress | undefined {
  const own = eni.addresses.find((entry) => entry.address === address);
  if (own === undefined) return undefined;
  if (own.public !== undefined) return own.public;
  // What is bound to the instance stands for the first address of its first interface.
  if (!eni.isPrimary || eni.addresses[0]?.address !== address) return undefined;
  if (instance.eip !== undefined) return instance.eip;
  const [fixed] = instance.fixedPublic;
  return fixed === undefined ? undefined : { address: fixed, allocation: '' };
}

/** The private address of the node that one of the Internet stands for. */
export function privateAddressOf(place: Place, address: Ip): { readonly private: Ip; readonly bound: PublicAddress } | undefined {
  for (const entry of place.eni.addresses) {
    const bound = publicAddressOf(place, entry.address);
    if (bound?.address === address) return { private: entry.address, bound };
  }
  return undefined;
}

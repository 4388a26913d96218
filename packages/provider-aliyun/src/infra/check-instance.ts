import { type Ip, formatIp } from '@skoop/netstack';
import { addressChecked, instanceDown } from '../say/places.ts';
import { type Finding, drops } from './finding.ts';
import { type Place, ownership } from './place.ts';

/** Locks that cut an instance's network off. */
const CUTTING: ReadonlySet<string> = new Set(['financial', 'security']);

export function checkInstance({ node, instance }: Place): readonly Finding[] {
  const isCut = instance.locks.some((lock) => CUTTING.has(lock));
  return isCut || instance.status !== 'Running' ? [drops(instanceDown(node, { ...instance, locks: isCut ? instance.locks : [] }))] : [];
}

/** An interface with the check on passes what is from, or for, itself. */
export function checkAddress(place: Place, address: Ip, way: 'source' | 'destination'): readonly Finding[] {
  const { node, eni, instance } = place;
  return eni.checksAddresses && ownership(place, address) === undefined
    ? [drops(addressChecked(node, eni.id, instance, formatIp(address), way))]
    : [];
}

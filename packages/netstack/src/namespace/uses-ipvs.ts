import { missingTopic } from './lookup.ts';
import type { NetworkNamespace } from './namespace.ts';

/** Has the namespace virtual services, or may it have some that were not read? */
export function usesIpvs(ns: NetworkNamespace): boolean {
  return ns.ipvs.length > 0 || missingTopic(ns, 'ipvs') !== undefined;
}

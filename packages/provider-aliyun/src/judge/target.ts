import { type Ip, contains } from '@skoop/netstack';
import type { Target } from '../model/network-acl.ts';
import type { Lists } from './lists.ts';
import { type Match, yesNo } from './match.ts';

export function matchTarget(target: Target, ip: Ip, { prefixes }: Lists): Match {
  if ('unclear' in target) return { unclear: `the network "${target.unclear}"` };
  if (!('list' in target)) return yesNo(contains(target, ip));
  const listed = prefixes.get(target.list);
  return listed === undefined ? { unclear: `the prefix list ${target.list}` } : yesNo(listed.some((prefix) => contains(prefix, ip)));
}

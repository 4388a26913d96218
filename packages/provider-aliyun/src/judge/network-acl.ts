import { type Ip, contains, prefix as prefixOf, parseIp } from '@skoop/netstack';
import type { AclEntry, NetworkAcl } from '../model/network-acl.ts';
import { type Flow, familyOfFlow } from './flow.ts';
import type { Lists } from './lists.ts';
import { allOf, matchPorts, matchProtocol, walkRules, yesNo } from './match.ts';
import { matchTarget } from './target.ts';

export type AclVerdict =
  /** `by` is `undefined` where no entry fits, which drops. */
  | { readonly kind: 'accept' | 'drop'; readonly by: AclEntry | 'platform' | undefined }
  | { readonly kind: 'unclear'; readonly entry: AclEntry; readonly what: string };

/** DNS and metadata of the platform pass whatever the entries say. */
const ALWAYS = [network('100.100.2.112', 28), network('100.100.2.128', 28), network('100.100.100.200', 32)];

function network(ip: string, length: number) {
  return prefixOf(parseIp(ip) ?? 0, length);
}

/** A packet that passes the edge of a vSwitch. An answer is a packet like another: it is judged by its own ports. */
export function judgeAcl(acl: NetworkAcl, direction: 'ingress' | 'egress', flow: Flow, lists: Lists): AclVerdict {
  const far: Ip = direction === 'ingress' ? flow.src : flow.dst;
  if (ALWAYS.some((platform) => contains(platform, far))) return { kind: 'accept', by: 'platform' };
  const family = familyOfFlow(flow);
  const walked = walkRules(
    acl[direction],
    (entry) =>
      allOf([
        yesNo(entry.family === undefined || entry.family === family),
        matchProtocol(entry.protocol, flow.protocol),
        matchPorts(entry.ports, flow.protocol, flow.dport),
        matchTarget(entry.peer, far, lists),
      ]),
    'drop',
  );
  if (walked.kind === 'unclear') return { kind: 'unclear', entry: walked.by, what: walked.what };
  return { kind: walked.by?.policy ?? 'drop', by: walked.by };
}

import { type Ip, anyAddress, familyOf, isMulticast } from '../../address/ip.ts';
import { linkByName, missingTopic } from '../../namespace/lookup.ts';
import type { NetworkNamespace } from '../../namespace/namespace.ts';
import type { Route } from '../../namespace/route.ts';
import { lookup } from '../../routing/lookup.ts';
import { inverted, unknown } from '../logic.ts';
import type { MatchContext, MatchResult } from '../model.ts';
import type { MatchReader } from '../parse/option.ts';
import type { Chooser } from '../walk.types.ts';

/** What of the lookup is not modelled; the first option is as good as any, since the answer is then unknown. */
function noting(constructs: string[]): Chooser {
  return {
    chance: () => true,
    pick: <T>(options: readonly T[]) => options[0] as T,
    unknown: <T>(construct: string, _sources: unknown, options: readonly T[]) => {
      constructs.push(construct);
      return options[0] as T;
    },
  };
}

/** Sources that no route leads back to, and that are let through for what they are for: DHCP, neighbour discovery. */
function isExempt({ src, dst }: MatchContext['packet']): boolean {
  if (typeof src === 'bigint') return src === 0n;
  return src >>> 24 === 0 && typeof dst === 'number' && (dst === 0xffffffff || dst >>> 8 === 0xe00000);
}

/** IPv4: a destination that could be no source asks with none. */
function backFrom(dst: Ip): Ip {
  if (typeof dst === 'bigint') return isMulticast(dst) ? 0n : dst;
  return isMulticast(dst) || dst === 0xffffffff || dst >>> 24 === 0 ? 0 : dst;
}

/** Any of the next hops; IPv6 prefers a route by that device to one of a lower metric. */
function leadsBy(ns: NetworkNamespace, route: Route, device: string): boolean {
  const uses = (candidate: Route) => candidate.nexthops.some((nexthop) => nexthop.dev === device);
  if (uses(route)) return true;
  const { address, length } = route.destination;
  return (
    route.family === 6 &&
    ns.routes.some(
      (other) =>
        other.family === 6 &&
        other.table === route.table &&
        other.destination.address === address &&
        other.destination.length === length &&
        uses(other),
    )
  );
}

/**
 * Would a packet to the source leave by the in-device (linux: `ipt_rpfilter.c`, `ip6t_rpfilter.c`)? `--loose`: is there any route.
 * Unlike the sysctl it asks as if the answer were made here (`iif lo`).
 */
export const rpfilter: MatchReader = {
  options: { '--loose': 0, '--validmark': 0, '--accept-local': 0, '--invert': 0 },
  read: (options) => {
    if (options.anyNegated) return undefined;
    const reverse = (context: MatchContext): MatchResult => {
      const { namespace: ns, packet, iif } = context;
      if (linkByName(ns, iif)?.device.kind === 'loopback' || isExempt(packet)) return true;
      const why = missingTopic(ns, 'routes') ?? missingTopic(ns, 'rules');
      if (why !== undefined) return unknown(`rpfilter: ${why}`);
      const constructs: string[] = [];
      const back = lookup(
        ns,
        {
          dst: packet.src,
          src: familyOf(packet.src) === familyOf(packet.dst) ? backFrom(packet.dst) : anyAddress(familyOf(packet.src)),
          iif: 'lo',
          mark: options.has('--validmark') ? packet.mark : 0,
          tos: packet.tos,
          protocol: typeof packet.src === 'bigint' ? packet.protocol : 0,
          sport: 0,
          dport: 0,
          uid: 0,
        },
        noting(constructs),
      );
      if (constructs.length > 0) return unknown(`rpfilter: ${constructs.join(', ')}`);
      if (back.kind === 'refused') return false;
      if (back.route.type === 'local') return options.has('--accept-local');
      if (back.route.type !== 'unicast') return false;
      return options.has('--loose') || leadsBy(ns, back.route, iif);
    };
    return inverted(options.has('--invert'), reverse);
  },
};

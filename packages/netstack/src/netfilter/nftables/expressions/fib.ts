import { type Ip, anyAddress, familyOf } from '../../../address/ip.ts';
import { contains } from '../../../address/prefix.ts';
import { isKernelSince, missingTopic } from '../../../namespace/lookup.ts';
import type { NetworkNamespace } from '../../../namespace/namespace.ts';
import { type Lookup, lookup } from '../../../routing/lookup.ts';
import { addressType } from '../../address-type.ts';
import type { MatchContext } from '../../model.ts';
import { fieldsOf, textOf, textsOf } from '../../parse/json.ts';
import type { Chooser } from '../../walk.types.ts';
import { TYPES } from '../data-type.ts';
import type { ExpressionReader } from '../expression.ts';
import { type Value, unknownValue, valueOf } from '../value.ts';

const TYPE = { UNSPEC: 0, UNICAST: 1, LOCAL: 2, BROADCAST: 3, ANYCAST: 4, MULTICAST: 5, UNREACHABLE: 7 } as const;

/** What a lookup of the packet's own addresses in the routing tables gives (linux: `nft_fib4_eval`, `nft_fib6_eval`). */
export const fib: ExpressionReader = (content) => {
  const fields = fieldsOf(content);
  const result = textOf(fields?.['result']);
  const flags = textsOf(fields?.['flags']);
  const side = flags.includes('saddr') ? 'src' : 'dst';
  const within = flags.includes('iif') ? 'iif' : flags.includes('oif') ? 'oif' : undefined;
  const withMark = flags.includes('mark');
  if (Array.isArray(fields?.['flags']) && fields['flags'].length > flags.length) return undefined;
  if (flags.includes('saddr') === flags.includes('daddr')) return undefined;
  if (!flags.every((flag) => ['saddr', 'daddr', 'iif', 'oif', 'mark'].includes(flag))) return undefined;
  const known = (evaluate: (context: MatchContext) => Value) => (context: MatchContext) =>
    missingTopic(context.namespace, 'routes') === undefined ? evaluate(context) : unknownValue('nftables fib without a routing table');
  switch (result) {
    case 'type':
      return {
        types: [TYPES.fib_addrtype],
        evaluate: known(({ namespace, packet, ...context }) =>
          valueOf(TYPE[typeOf(namespace, packet[side], within === undefined ? undefined : context[within])]),
        ),
      };
    case 'oif':
    case 'oifname':
    case 'check':
      return {
        types: [result === 'oifname' ? TYPES.ifname : presence],
        evaluate: known((context) => {
          const device = deviceTo(context, side, within, withMark);
          if (typeof device !== 'string') return unknownValue(device.construct);
          return result === 'check' ? valueOf(device === '' ? 0 : 1) : valueOf(device);
        }),
      };
    default:
      return undefined;
  }
};

/** A device, or whether there is one: nft prints `false` or `"0"` for none, and `true` for any. */
const presence = {
  name: 'iface_index',
  bits: 32,
  read: (json: unknown) => (json === false || json === 0 || json === '0' ? '' : typeof json === 'string' ? json : undefined),
};

/** IPv6 asks all tables, so an address without a route is unreachable, and IPv4 table local alone. */
function typeOf(namespace: NetworkNamespace, ip: Ip, device: string | undefined): keyof typeof TYPE {
  const type = addressType(namespace, ip, device);
  if (familyOf(ip) === 4 || type !== 'UNICAST') return type;
  return namespace.routes.some((route) => route.type === 'unicast' && contains(route.destination, ip)) ? 'UNICAST' : 'UNREACHABLE';
}

/** The device that a packet to that address would leave by, '' for none; with `within` only that device counts. */
function deviceTo(
  { namespace, packet, hook, iif, oif }: MatchContext,
  side: 'src' | 'dst',
  within: 'iif' | 'oif' | undefined,
  withMark: boolean,
): string | { readonly construct: string } {
  const back = side === 'src';
  // What comes over lo is not looked up (linux: `nft_fib_can_skip`), in chains of input since 6.15.
  if (iif === 'lo' && (hook === 'prerouting' || hook === 'input')) {
    const isSkipped = hook === 'prerouting' || isKernelSince(namespace, 6, 15);
    if (isSkipped === undefined) return { construct: 'nftables fib of what comes over lo, by a kernel that is not known' };
    if (isSkipped) return iif;
  }
  const only = within === undefined ? undefined : within === 'iif' ? iif : oif;
  const probe = new Probe();
  const found: Lookup = lookup(
    namespace,
    {
      dst: back ? packet.src : packet.dst,
      src: back ? packet.dst : packet.src,
      iif: 'lo',
      mark: withMark ? packet.mark : 0,
      tos: packet.tos,
      protocol: packet.protocol,
      sport: 0,
      dport: 0,
      uid: 0,
    },
    probe,
  );
  if (probe.construct !== undefined) return { construct: `nftables fib: ${probe.construct}` };
  if (found.kind === 'refused' || found.route.type !== 'unicast') return '';
  if (packet.src === anyAddress(familyOf(packet.src)) && back) return '';
  if (only === undefined) return found.nexthop?.dev ?? '';
  return found.route.nexthops.some((nexthop) => nexthop.dev === only) ? only : '';
}

/** A lookup inside of a match has one answer: the first next hop of several, and what is not modelled is noted. */
class Probe implements Chooser {
  construct: string | undefined;
  readonly chance = (): boolean => true;
  readonly pick = <T>(options: readonly T[]): T => options[0] as T;
  readonly unknown = <T>(construct: string, _sources: unknown, options: readonly T[]): T => {
    this.construct ??= construct;
    return options[0] as T;
  };
}

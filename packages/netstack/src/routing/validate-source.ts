import { type Ip, isMulticast } from '../address/ip.ts';
import { conf, linkByName, ownerOf, sysctlSource } from '../namespace/lookup.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import type { Chooser } from '../netfilter/walk.types.ts';
import type { Packet } from '../packet/packet.ts';
import type { Source } from '../source.ts';
import { hasCustomRules } from './fib.ts';
import { lookup } from './lookup.ts';

export type SourceValidation =
  | { readonly kind: 'ok' }
  | { readonly kind: 'refused'; readonly code: 'SYSCTL_RP_FILTER' | 'ROUTE_MARTIAN_SOURCE'; readonly evidence: readonly Source[] };

const OK: SourceValidation = { kind: 'ok' };

/**
 * Is an IPv4 packet's source believable on its in-device (linux: `fib_validate_source`)? `out` is the device that it will leave by,
 * `undefined` for local delivery. IPv6 has no such check.
 */
export function validateSource(
  ns: NetworkNamespace,
  packet: Packet,
  device: string,
  out: string | undefined,
  chooser: Chooser,
): SourceValidation {
  if (typeof packet.src !== 'number') return OK;
  const rpFilter = conf.max(ns, device, 'rp_filter');
  const acceptLocal = conf.or(ns, device, 'accept_local');
  const refusedByFilter = (more: readonly Source[] = []): SourceValidation => ({
    kind: 'refused',
    code: 'SYSCTL_RP_FILTER',
    evidence: [...rpFilterEvidence(ns, device), ...more],
  });
  if (rpFilter === 0 && (out !== device || !conf.or(ns, device, 'send_redirects'))) {
    if (acceptLocal) return OK;
    if (!isCustom(ns)) return isOwn(ns, packet.src) ? martian(ns, packet.src) : OK;
  }
  const back = lookup(
    ns,
    {
      dst: packet.src,
      src: packet.dst,
      iif: out ?? 'lo',
      mark: conf.or(ns, device, 'src_valid_mark') ? packet.mark : 0,
      tos: packet.tos,
      protocol: packet.protocol,
      sport: packet.dport,
      dport: packet.sport,
      uid: 0,
    },
    chooser,
  );
  if (back.kind === 'refused') return rpFilter > 0 ? refusedByFilter(back.evidence) : OK;
  if (back.route.type === 'local') return acceptLocal ? OK : martian(ns, packet.src);
  if (back.route.type !== 'unicast') return { kind: 'refused', code: 'ROUTE_MARTIAN_SOURCE', evidence: back.evidence };
  if (back.route.nexthops.some((nexthop) => nexthop.dev === device)) return OK;
  const hasAddress = linkByName(ns, device)?.addresses.some((address) => typeof address.ip === 'number') === true;
  if (!hasAddress) return rpFilter > 0 ? refusedByFilter() : OK;
  return rpFilter === 1 ? refusedByFilter(back.evidence) : OK;
}

const custom = new WeakMap<NetworkNamespace, boolean>();

/** Of rules, or of routes in table local. The kernel remembers whether one was ever added; a dump only shows those that are there. */
function isCustom(ns: NetworkNamespace): boolean {
  let made = custom.get(ns);
  if (made === undefined) {
    made = hasCustomRules(ns) || ns.routes.some((route) => route.family === 4 && route.table === 'local' && route.protocol !== 'kernel');
    custom.set(ns, made);
  }
  return made;
}

function isOwn(ns: NetworkNamespace, ip: Ip): boolean {
  return ownerOf(ns, ip) !== undefined;
}

function martian(ns: NetworkNamespace, ip: Ip): SourceValidation {
  const owner = ownerOf(ns, ip);
  return { kind: 'refused', code: 'ROUTE_MARTIAN_SOURCE', evidence: owner === undefined ? [] : [owner.address.source] };
}

function rpFilterEvidence(ns: NetworkNamespace, device: string): Source[] {
  const paths = ['net/ipv4/conf/all/rp_filter', `net/ipv4/conf/${device}/rp_filter`];
  return paths.filter((path) => Number(ns.sysctls.get(path) ?? 0) > 0).map((path) => sysctlSource(ns, path));
}

/** Sources and destinations that no route input accepts (linux: `ip_route_input_slow`), loopback apart. */
export function martianReason(packet: Packet): 'source' | 'destination' | undefined {
  if (typeof packet.src === 'number') {
    if (packet.src === 0xffffffff || isMulticast(packet.src) || (packet.src === 0 && packet.dst !== 0xffffffff)) return 'source';
    return packet.dst === 0 ? 'destination' : undefined;
  }
  if (packet.src === 1n || isMulticast(packet.src)) return 'source';
  return packet.dst === 1n ? 'destination' : undefined;
}

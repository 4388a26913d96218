import type { MatchReader } from '../parse/option.ts';
import { addrtype } from './addrtype.ts';
import { comment, nfacct } from './always.ts';
import { cgroup } from './cgroup.ts';
import { conntrack, state } from './conntrack.ts';
import { devgroup } from './devgroup.ts';
import { ecn } from './ecn.ts';
import { ah, dccp, dst, esp, frag, hbh, ipcomp, mh, rt, srh } from './headers-without.ts';
import { helper } from './helper.ts';
import { dscp, hl, length, tos, ttl } from './header.ts';
import { icmp, icmp6 } from './icmp.ts';
import { iprange } from './iprange.ts';
import { ipv6header } from './ipv6header.ts';
import { connlimit, hashlimit, limit } from './limit.ts';
import { mac } from './mac.ts';
import { connmark, mark } from './mark.ts';
import { multiport } from './multiport.ts';
import { owner } from './owner.ts';
import { physdev } from './physdev.ts';
import { pkttype } from './pkttype.ts';
import { policy } from './policy.ts';
import { quota } from './quota.ts';
import { recent } from './recent.ts';
import { rpfilter } from './rpfilter.ts';
import { sctp } from './sctp.ts';
import { set } from './set.ts';
import { socket } from './socket.ts';
import { statistic } from './statistic.ts';
import { tcp } from './tcp.ts';
import { udp } from './udp.ts';

/** The matches that are evaluated, by the name after `-m`. Every other is unknown, most of them for a reason of `undecided.ts`. */
export const MATCHES: ReadonlyMap<string, MatchReader> = new Map(
  Object.entries({
    addrtype,
    ah,
    cgroup,
    comment,
    connlimit,
    connmark,
    conntrack,
    dccp,
    devgroup,
    dscp,
    dst,
    ecn,
    esp,
    frag,
    hashlimit,
    hbh,
    helper,
    hl,
    icmp,
    icmp6,
    ipcomp,
    iprange,
    ipv6header,
    length,
    limit,
    mac,
    mark,
    mh,
    multiport,
    nfacct,
    owner,
    physdev,
    pkttype,
    policy,
    quota,
    recent,
    rpfilter,
    rt,
    sctp,
    set,
    socket,
    srh,
    state,
    statistic,
    tcp,
    tos,
    ttl,
    udp,
  } satisfies Record<string, MatchReader>),
);

/** Matches that turn connection tracking on, evaluated or not. */
export const TRACKING_MATCHES: ReadonlySet<string> = new Set([
  ...[...MATCHES].filter(([, reader]) => reader.tracks === true).map(([name]) => name),
  'cluster',
  'connbytes',
  'connlabel',
]);

import type { MatchReader } from '../parse/option.ts';
import { addrtype } from './addrtype.ts';
import { comment, nfacct } from './always.ts';
import { conntrack, state } from './conntrack.ts';
import { dscp, hl, length, tos, ttl } from './header.ts';
import { icmp, icmp6 } from './icmp.ts';
import { iprange } from './iprange.ts';
import { connlimit, hashlimit, limit } from './limit.ts';
import { connmark, mark } from './mark.ts';
import { multiport } from './multiport.ts';
import { owner } from './owner.ts';
import { physdev } from './physdev.ts';
import { pkttype } from './pkttype.ts';
import { policy } from './policy.ts';
import { recent } from './recent.ts';
import { sctp } from './sctp.ts';
import { set } from './set.ts';
import { socket } from './socket.ts';
import { statistic } from './statistic.ts';
import { tcp } from './tcp.ts';
import { udp } from './udp.ts';

/** The matches that are evaluated, by the name after `-m`. Every other is unknown: mac, time, string, rpfilter, u32, bpf, … */
export const MATCHES: ReadonlyMap<string, MatchReader> = new Map(
  Object.entries({
    addrtype,
    comment,
    connlimit,
    connmark,
    conntrack,
    dscp,
    hashlimit,
    hl,
    icmp,
    icmp6,
    iprange,
    length,
    limit,
    mark,
    multiport,
    nfacct,
    owner,
    physdev,
    pkttype,
    policy,
    recent,
    sctp,
    set,
    socket,
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
  'helper',
]);

import type { TargetReader } from '../parse/option.ts';
import { connmark } from './connmark.ts';
import { ct, notrack } from './ct.ts';
import { dscp, ecn, hl, tos, ttl } from './header.ts';
import { mark } from './mark.ts';
import { dnat, masquerade, netmap, redirect, snat } from './nat.ts';
import { audit, checksum, classify, idletimer, led, log, nflog, rateest, tcpmss, tcpoptstrip, tee, trace } from './no-effect.ts';
import { nfqueue } from './nfqueue.ts';
import { dnpt, snpt } from './npt.ts';
import { reject } from './reject.ts';
import { set } from './set.ts';
import { tproxy } from './tproxy.ts';
import { accept, drop, returns } from './verdict.ts';

/** The targets that are evaluated, by the name after `-j`. Every other is unknown, most of them for a reason of `undecided.ts`. */
export const TARGETS: ReadonlyMap<string, TargetReader> = new Map(
  Object.entries({
    ACCEPT: accept,
    AUDIT: audit,
    CHECKSUM: checksum,
    CLASSIFY: classify,
    CONNMARK: connmark,
    CT: ct,
    DNAT: dnat,
    DNPT: dnpt,
    DROP: drop,
    DSCP: dscp,
    ECN: ecn,
    HL: hl,
    IDLETIMER: idletimer,
    LED: led,
    LOG: log,
    MARK: mark,
    MASQUERADE: masquerade,
    NETMAP: netmap,
    NFLOG: nflog,
    NFQUEUE: nfqueue,
    NOTRACK: notrack,
    RATEEST: rateest,
    REDIRECT: redirect,
    REJECT: reject,
    RETURN: returns,
    SET: set,
    SNAT: snat,
    SNPT: snpt,
    TCPMSS: tcpmss,
    TCPOPTSTRIP: tcpoptstrip,
    TEE: tee,
    TOS: tos,
    TPROXY: tproxy,
    TRACE: trace,
    TTL: ttl,
  } satisfies Record<string, TargetReader>),
);

/** Targets that are not evaluated and turn connection tracking on. */
export const TRACKING_TARGETS: ReadonlySet<string> = new Set(['CONNSECMARK', 'SYNPROXY', 'SAME', 'MIRROR']);

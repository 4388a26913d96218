import type { TargetReader } from '../parse/option.ts';
import { connmark } from './connmark.ts';
import { ct, notrack } from './ct.ts';
import { dscp, hl, tos, ttl } from './header.ts';
import { mark } from './mark.ts';
import { dnat, masquerade, netmap, redirect, snat } from './nat.ts';
import { audit, checksum, classify, log, nflog, tcpmss, tee, trace } from './no-effect.ts';
import { reject } from './reject.ts';
import { set } from './set.ts';
import { accept, drop, returns } from './verdict.ts';

/** The targets that are evaluated, by the name after `-j`. Every other is unknown: NFQUEUE, TPROXY, SYNPROXY, HMARK, … */
export const TARGETS: ReadonlyMap<string, TargetReader> = new Map(
  Object.entries({
    ACCEPT: accept,
    AUDIT: audit,
    CHECKSUM: checksum,
    CLASSIFY: classify,
    CONNMARK: connmark,
    CT: ct,
    DNAT: dnat,
    DROP: drop,
    DSCP: dscp,
    HL: hl,
    LOG: log,
    MARK: mark,
    MASQUERADE: masquerade,
    NETMAP: netmap,
    NFLOG: nflog,
    NOTRACK: notrack,
    REDIRECT: redirect,
    REJECT: reject,
    RETURN: returns,
    SET: set,
    SNAT: snat,
    TCPMSS: tcpmss,
    TEE: tee,
    TOS: tos,
    TRACE: trace,
    TTL: ttl,
  } satisfies Record<string, TargetReader>),
);

/** Targets that are not evaluated and turn connection tracking on. */
export const TRACKING_TARGETS: ReadonlySet<string> = new Set(['CONNSECMARK', 'SYNPROXY', 'SAME', 'MIRROR']);

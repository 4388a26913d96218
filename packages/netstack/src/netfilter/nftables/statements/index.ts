import type { StatementReader } from '../statement.ts';
import { ctCount, limit, quota } from './limit.ts';
import { inert } from './inert.ts';
import { mangle } from './mangle.ts';
import { match } from './match.ts';
import { dnat, masquerade, redirect, snat } from './nat.ts';
import { notrack } from './notrack.ts';
import { queue } from './queue.ts';
import { reject } from './reject.ts';
import { set } from './set.ts';
import { tproxy } from './tproxy.ts';
import { accept, drop, goTo, jump, returns } from './verdict.ts';
import { vmap } from './vmap.ts';

/** The statements that are evaluated, by their name in nft's JSON. Every other is unknown: synproxy, fwd, xt, … */
export const STATEMENTS: ReadonlyMap<string, StatementReader> = new Map(
  Object.entries({
    accept,
    comment: inert,
    continue: inert,
    counter: inert,
    'ct count': ctCount,
    'ct expectation': inert,
    'ct helper': inert,
    'ct timeout': inert,
    dnat,
    drop,
    dup: inert,
    flow: inert,
    goto: goTo,
    jump,
    last: inert,
    limit,
    log: inert,
    mangle,
    masquerade,
    match,
    notrack,
    queue,
    quota,
    redirect,
    reject,
    return: returns,
    secmark: inert,
    set,
    snat,
    tproxy,
    vmap,
  } satisfies Record<string, StatementReader>),
);

import type { ExpressionReader } from '../expression.ts';
import { and, or, shiftLeft, shiftRight, xor } from './bitwise.ts';
import { concat } from './concat.ts';
import { ct } from './ct.ts';
import { exthdr } from './exthdr.ts';
import { fib } from './fib.ts';
import { jhash, symhash } from './hash.ts';
import { map } from './map.ts';
import { meta } from './meta.ts';
import { numgen } from './numgen.ts';
import { payload } from './payload.ts';
import { rt } from './rt.ts';
import { socket } from './socket.ts';

/** The expressions that are evaluated, by their name in nft's JSON. Every other is unknown: osf, ipsec, tunnel, tcp option, … */
export const EXPRESSIONS: ReadonlyMap<string, ExpressionReader> = new Map(
  Object.entries({
    '&': and,
    '|': or,
    '^': xor,
    '<<': shiftLeft,
    '>>': shiftRight,
    concat,
    ct,
    exthdr,
    fib,
    jhash,
    map,
    meta,
    numgen,
    payload,
    rt,
    socket,
    symhash,
  } satisfies Record<string, ExpressionReader>),
);

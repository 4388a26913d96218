import type { TargetResult } from '../model.ts';
import type { Arity, TargetReader } from '../parse/option.ts';

const CONTINUE: TargetResult = { kind: 'continue' };

/** The packet goes on as it is: what the target does is seen elsewhere (a log, a copy, a queue's class, a checksum). */
function noEffect(options: Arity): TargetReader {
  return { options, read: (given) => (given.anyNegated ? undefined : () => CONTINUE) };
}

export const log = noEffect({
  '--log-level': 1,
  '--log-prefix': 1,
  '--log-tcp-sequence': 0,
  '--log-tcp-options': 0,
  '--log-ip-options': 0,
  '--log-uid': 0,
  '--log-macdecode': 0,
});
export const nflog = noEffect({ '--nflog-group': 1, '--nflog-prefix': 1, '--nflog-range': 1, '--nflog-size': 1, '--nflog-threshold': 1 });
export const trace = noEffect({});
export const audit = noEffect({ '--type': 1 });
export const checksum = noEffect({ '--checksum-fill': 0 });
export const classify = noEffect({ '--set-class': 1 });
export const tcpmss = noEffect({ '--set-mss': 1, '--clamp-mss-to-pmtu': 0 });
export const tee = noEffect({ '--gateway': 1, '--oif': 1 });
export const tcpoptstrip = noEffect({ '--strip-options': 1 });
export const idletimer = noEffect({ '--timeout': 1, '--label': 1, '--alarm': 0 });
export const led = noEffect({ '--led-trigger-id': 1, '--led-delay': 1, '--led-always-blink': 0 });
export const rateest = noEffect({ '--rateest-name': 1, '--rateest-interval': 1, '--rateest-ewmalog': 1 });

import { TCP } from '../../packet/protocol.ts';
import { type Test, all } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';
import { readNumber } from '../parse/values.ts';

const ECE = 0x40;
const CWR = 0x80;

/** Explicit congestion notification: two bits of the IP header, two flags of TCP's (linux: `xt_ecn.c`). */
export const ecn: MatchReader = {
  options: { '--ecn-tcp-cwr': 0, '--ecn-tcp-ece': 0, '--ecn-ip-ect': 1 },
  read: (options) => {
    const tests: Test[] = [];
    for (const [name, bit] of [
      ['--ecn-tcp-ece', ECE],
      ['--ecn-tcp-cwr', CWR],
    ] as const) {
      const option = options.get(name);
      if (option !== undefined) tests.push(({ packet }) => packet.protocol === TCP && ((packet.tcpFlags & bit) !== 0) !== option.negated);
    }
    const ect = options.get('--ecn-ip-ect');
    if (ect !== undefined) {
      const wanted = readNumber(ect.values[0], 3);
      if (wanted === undefined) return undefined;
      tests.push(({ packet }) => ((packet.tos & 3) === wanted) !== ect.negated);
    }
    return tests.length === 0 ? undefined : all(tests);
  },
};

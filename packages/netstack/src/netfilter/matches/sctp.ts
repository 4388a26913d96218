import { SCTP } from '../../packet/protocol.ts';
import { type Test, all, unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';
import { readPorts } from './ports.ts';

export const sctp: MatchReader = {
  options: { '--sport': 1, '--dport': 1, '--chunk-types': 2 },
  read: (options) => {
    const ports = readPorts(options);
    if (ports === undefined) return undefined;
    const tests: Test[] = [({ packet }) => packet.protocol === SCTP, ...ports];
    if (options.has('--chunk-types')) tests.push(() => unknown('sctp --chunk-types'));
    return all(tests);
  },
};

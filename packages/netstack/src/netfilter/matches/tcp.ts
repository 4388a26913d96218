import { TcpFlag } from '../../packet/packet.ts';
import { TCP } from '../../packet/protocol.ts';
import { type Test, all, unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';
import { readPorts } from './ports.ts';

const FLAGS: ReadonlyMap<string, number> = new Map([...Object.entries(TcpFlag), ['ALL', 0x3f], ['NONE', 0]]);

function readFlags(text: string | undefined): number | undefined {
  let flags = 0;
  for (const name of (text ?? '').split(',')) {
    const flag = FLAGS.get(name);
    if (flag === undefined) return undefined;
    flags |= flag;
  }
  return flags;
}

export const tcp: MatchReader = {
  options: { '--sport': 1, '--dport': 1, '--tcp-flags': 2, '--syn': 0, '--tcp-option': 1 },
  read: (options) => {
    const ports = readPorts(options);
    if (ports === undefined) return undefined;
    const tests: Test[] = [({ packet }) => packet.protocol === TCP, ...ports];
    for (const name of ['--tcp-flags', '--syn']) {
      const option = options.get(name);
      if (option === undefined) continue;
      const [mask, compare] = name === '--syn' ? [0x17, TcpFlag.SYN] : option.values.map(readFlags);
      if (mask === undefined || compare === undefined) return undefined;
      tests.push(({ packet }) => ((packet.tcpFlags & mask) === compare) !== option.negated);
    }
    if (options.has('--tcp-option')) tests.push(() => unknown('tcp --tcp-option'));
    return all(tests);
  },
};

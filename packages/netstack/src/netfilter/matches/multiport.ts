import { hasPorts } from '../../packet/protocol.ts';
import { inverted } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';
import { type Range, readRange } from '../parse/values.ts';
import { isPortOf } from './ports.ts';

/** `80` or `80:90`: unlike elsewhere both ends must be there. */
function readPorts(text: string): Range | undefined {
  return text.startsWith(':') || text.endsWith(':') ? undefined : readRange(text);
}

export const multiport: MatchReader = {
  options: { '--sports': 1, '--dports': 1, '--ports': 1 },
  read: (options) => {
    const [name, ...more] = options.names;
    const option = name === undefined ? undefined : options.get(name);
    if (option === undefined || more.length > 0) return undefined;
    const ranges = (option.values[0] ?? '').split(',').map(readPorts);
    if (!ranges.every((range) => range !== undefined)) return undefined;
    const test = inverted(option.negated, ({ packet }) => {
      const source = name !== '--dports' && isPortOf(packet, 'sport', ranges);
      const destination = name !== '--sports' && isPortOf(packet, 'dport', ranges);
      return source === true || destination === true || (source === false ? destination : source);
    });
    return (context) => hasPorts(context.packet.protocol) && test(context);
  },
};

import { hasPorts } from '../../packet/protocol.ts';
import { inverted } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';
import { readRange, within } from '../parse/values.ts';

export const multiport: MatchReader = {
  options: { '--sports': 1, '--dports': 1, '--ports': 1 },
  read: (options) => {
    const [name, ...more] = options.names;
    const option = name === undefined ? undefined : options.get(name);
    if (option === undefined || more.length > 0) return undefined;
    const ranges = (option.values[0] ?? '').split(',').map((text) => readRange(text));
    if (!ranges.every((range) => range !== undefined)) return undefined;
    const listed = (port: number) => ranges.some((range) => within(range, port));
    const test = inverted(
      option.negated,
      ({ packet }) => (name !== '--dports' && listed(packet.sport)) || (name !== '--sports' && listed(packet.dport)),
    );
    return (context) => hasPorts(context.packet.protocol) && test(context);
  },
};

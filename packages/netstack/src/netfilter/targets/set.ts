import { askSet } from '../../ipset/lookup.ts';
import { readSides } from '../matches/set.ts';
import type { TargetReader } from '../parse/option.ts';
import { xorMasked } from '../parse/values.ts';

const CHANGES = ['--add-set', '--del-set'];

/**
 * Adds to or removes from a set, which leaves the packet as it is and makes what that set holds unknown; or gives the packet the mark
 * that the set has for it (linux: `set_target_v3`). Priorities and queues do not decide where a packet goes.
 */
export const set: TargetReader = {
  options: {
    '--add-set': 2,
    '--del-set': 2,
    '--timeout': 1,
    '--exist': 0,
    '--map-set': 2,
    '--map-mark': 0,
    '--map-prio': 0,
    '--map-queue': 0,
  },
  changesSets: (options) => CHANGES.flatMap((name) => options.value(name) ?? []),
  read: (options) => {
    if (options.anyNegated) return undefined;
    const [name, flags] = options.get('--map-set')?.values ?? [];
    const sides = readSides(flags);
    if (name === undefined || !options.has('--map-mark')) return () => ({ kind: 'continue' });
    if (sides === undefined) return undefined;
    return (context) => {
      const answer = askSet({ name, sides, returnNomatch: false }, context);
      if (answer.kind === 'unknown') return { kind: 'unknown', construct: `SET --map-set of ${answer.construct}` };
      if (answer.kind === 'miss') return { kind: 'continue' };
      const mark = xorMasked(context.packet.mark, answer.element.skbmark ?? { value: 0, mask: 0xffffffff });
      return { kind: 'continue', packet: { ...context.packet, mark } };
    };
  },
};

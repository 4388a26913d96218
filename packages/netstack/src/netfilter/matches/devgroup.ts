import { linkByName } from '../../namespace/lookup.ts';
import { all, inverted, unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';
import { type Masked, readMasked } from '../parse/values.ts';

/** Is a group, as `ip` prints it, the one of a rule? A name stands for a number that only the machine's own table of names has. */
function isIn(group: string, wanted: Masked | string): boolean | undefined {
  if (typeof wanted === 'string') return group === wanted;
  const number = group === 'default' ? 0 : /^\d+$/.test(group) ? Number(group) : undefined;
  return number === undefined ? undefined : ((number ^ wanted.value) & wanted.mask) === 0;
}

function readGroup(text: string | undefined): Masked | string | undefined {
  if (text === 'default') return { value: 0, mask: 0xffffffff };
  return readMasked(text) ?? (text !== undefined && /^[^/]+$/.test(text) ? text : undefined);
}

/** The groups of the devices; where there is none, there is nothing to fit (linux: `xt_devgroup.c`). */
export const devgroup: MatchReader = {
  options: { '--src-group': 1, '--dst-group': 1 },
  read: (options) => {
    const tests = [];
    for (const [name, side] of [
      ['--src-group', 'iif'],
      ['--dst-group', 'oif'],
    ] as const) {
      const option = options.get(name);
      if (option === undefined) continue;
      const wanted = readGroup(option.values[0]);
      if (wanted === undefined) return undefined;
      tests.push(
        inverted(option.negated, (context) => {
          const group = linkByName(context.namespace, context[side])?.group;
          const fits = group === undefined ? undefined : isIn(group, wanted);
          return fits ?? unknown(`devgroup ${name}`);
        }),
      );
    }
    return tests.length === 0 ? undefined : all(tests);
  },
};

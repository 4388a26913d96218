import type { FlagSpec } from '../contracts/config-binder.ts';
import type { PluginProblem } from '../discovery/found.ts';
import type { OwnedBinder } from '../discovery/load.ts';
import { pluginProblem, reasonOf } from '../discovery/problem.ts';
import { flagFaults } from './flag-shape.ts';

/** A binder with the flags that it declared and got. */
export interface BoundBinder extends OwnedBinder {
  readonly flags: readonly FlagSpec[];
}

export interface CollectedFlags {
  /** As `--help` shows them, in the order in which the headings were met. */
  readonly headings: readonly { readonly heading: string; readonly flags: readonly FlagSpec[] }[];
  readonly binders: readonly BoundBinder[];
  readonly problems: readonly PluginProblem[];
}

/**
 * Asks every binder for its flags. A flag that two plugins declare, or that is one of skoop's own (`reserved`), stays with the first; the
 * second goes without it and is told of as a problem. A binder that throws has no flags.
 */
export function collectFlags(binders: readonly OwnedBinder[], reserved: ReadonlySet<string> = new Set()): CollectedFlags {
  const owners = new Map<string, OwnedBinder>();
  const bound: BoundBinder[] = [];
  const problems: PluginProblem[] = [];
  const names = new Map<string, OwnedBinder>();
  for (const owned of binders) {
    const rival = names.get(owned.binder.name);
    if (rival !== undefined) {
      problems.push(clash(owned, `its configuration "${owned.binder.name}" is also that of ${rival.package} (${rival.path})`));
      continue;
    }
    names.set(owned.binder.name, owned);
    const declared = declare(owned, problems);
    const kept = declared.filter((flag) => {
      const owner = owners.get(flag.name);
      if (owner === undefined && !reserved.has(flag.name)) {
        owners.set(flag.name, owned);
        return true;
      }
      const whose =
        owner === undefined ? 'one of skoop itself' : owner === owned ? 'there twice' : `also one of ${owner.package} (${owner.path})`;
      problems.push(clash(owned, `its flag --${flag.name} is ${whose}, and is left out`));
      return false;
    });
    bound.push({ ...owned, flags: kept });
  }
  return { headings: byHeading(bound), binders: bound, problems };
}

function declare(owned: OwnedBinder, problems: PluginProblem[]): readonly FlagSpec[] {
  const declared: FlagSpec[] = [];
  try {
    owned.binder.bindFlags({ add: (flag) => void declared.push(flag) });
  } catch (thrown) {
    problems.push(broken(owned, `it could not declare its flags: ${reasonOf(thrown)}`));
    return [];
  }
  return declared.filter((flag) => {
    const faults = flagFaults(flag);
    if (faults.length > 0) problems.push(broken(owned, `it declares a flag that is wrong: ${faults.join('; ')}`));
    return faults.length === 0;
  });
}

function byHeading(binders: readonly BoundBinder[]): CollectedFlags['headings'] {
  const headings = new Map<string, FlagSpec[]>();
  for (const { binder, flags } of binders)
    if (flags.length > 0) headings.set(binder.heading, [...(headings.get(binder.heading) ?? []), ...flags]);
  return [...headings].map(([heading, flags]) => ({ heading, flags }));
}

function clash(owned: OwnedBinder, what: string): PluginProblem {
  return pluginProblem('PLUGIN_FLAG_CLASH', owned, what, { remedy: 'remove one of the two, or ask its author to rename the flag' });
}

function broken(owned: OwnedBinder, what: string): PluginProblem {
  return pluginProblem('PLUGIN_SHAPE_INVALID', owned, what, {
    remedy: `tell the author of ${owned.package}, or install another version of it`,
  });
}

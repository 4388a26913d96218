import { usageError } from '../errors/usage-error.ts';

/** The nodes that `--nodes` names, or all of them. A name that no node has is a usage error that lists those that there are. */
export function nodesWanted(names: readonly string[], wanted: readonly string[]): readonly string[] {
  const all = [...names].sort();
  if (wanted.length === 0) return all;
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw usageError(`there is no node ${unknown.join(', ')}`, `There are ${all.join(', ')}.`);
  return wanted;
}

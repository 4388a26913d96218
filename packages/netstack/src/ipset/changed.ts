import type { NetworkNamespace } from '../namespace/namespace.ts';

const memo = new WeakMap<NetworkNamespace, ReadonlySet<string>>();

/** Sets that rules of the namespace add to or remove from (target SET): the dump does not say what is in them for this packet. */
export function changedSets(namespace: NetworkNamespace): ReadonlySet<string> {
  let made = memo.get(namespace);
  if (made === undefined) {
    const changed = new Set<string>();
    for (const { changesSets } of namespace.netfilter.tables)
      for (const name of changesSets ?? []) {
        changed.add(name);
        // A list passes it on to its members.
        for (const member of namespace.ipsets.get(name)?.members ?? []) changed.add(member);
      }
    memo.set(namespace, (made = changed));
  }
  return made;
}

import type { Host, NetworkNamespace } from './namespace.ts';
import { type Ends, pairVeths } from './veth.ts';

/** Joins the namespaces of one kernel. `root` is the id of the machine's own. */
export function makeHost(id: string, namespaces: readonly NetworkNamespace[], root: string): Host {
  return { id, root, namespaces: new Map(namespaces.map((namespace) => [namespace.id, namespace])) };
}

/** Pure memo: a host never changes. */
const pairs = new WeakMap<Host, Ends>();

/**
 * The other end of a veth device: in the same namespace, or in another of the host's.
 *
 * `undefined` where it is no veth, the other end is gone or not dumped, or the dump does not tell which of several it is.
 */
export function vethPeer(host: Host, namespace: string, device: string): { namespace: string; device: string } | undefined {
  let ends = pairs.get(host);
  if (ends === undefined) {
    ends = pairVeths(host);
    pairs.set(host, ends);
  }
  return ends.get(namespace)?.get(device);
}

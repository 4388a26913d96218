import type { Host } from '@skoop/netstack';

/** A machine, and how its namespaces are called on the command line. */
export interface Machine {
  readonly host: Host;
  /** `default/web-1` → the namespace's id. */
  readonly pods: ReadonlyMap<string, string>;
}

/** Where a packet begins or ends, as {@link parsePlace} reads it. */
interface Place {
  readonly host: string;
  readonly namespace: string;
}

/** Names of places, both ways. */
export interface Places {
  /** Reads `[NODE:]host` or `[NODE:]NAMESPACE/POD`; a text is what is wrong with it. */
  readonly find: (text: string) => Place | string;
  /** `h1:default/web-1`, `h1:host`. */
  readonly name: (host: string, namespace: string) => string;
  readonly ref: (host: string, namespace: string) => { readonly type: 'node' | 'pod'; readonly id: string };
}

export function createPlaces(machines: readonly Machine[]): Places {
  const byId = new Map(machines.map((machine) => [machine.host.id, machine]));
  const podNames = new Map<string, string>();
  for (const { host, pods } of machines) for (const [name, id] of pods) if (id !== host.root) podNames.set(`${host.id}\n${id}`, name);

  const named = new Map<string, Place[]>();
  for (const { host, pods } of machines)
    for (const [name, namespace] of [...[...pods].filter(([pod]) => pod !== 'host'), ['host', host.root] as const]) {
      const place = { host: host.id, namespace };
      const others = named.get(name);
      if (others === undefined) named.set(name, [place]);
      else others.push(place);
    }

  const podOf = (host: string, namespace: string): string | undefined => podNames.get(`${host}\n${namespace}`);
  return {
    find: (text) => findPlace(machines, byId, named, text),
    name: (host, namespace) => `${host}:${podOf(host, namespace) ?? (isRoot(byId, host, namespace) ? 'host' : namespace)}`,
    ref: (host, namespace) => {
      const pod = podOf(host, namespace);
      if (pod !== undefined) return { type: 'pod', id: pod };
      return { type: 'node', id: isRoot(byId, host, namespace) ? host : `${host}:${namespace}` };
    },
  };
}

function isRoot(machines: ReadonlyMap<string, Machine>, host: string, namespace: string): boolean {
  return namespace === '' || machines.get(host)?.host.root === namespace;
}

function findPlace(
  machines: readonly Machine[],
  byId: ReadonlyMap<string, Machine>,
  named: ReadonlyMap<string, readonly Place[]>,
  text: string,
): Place | string {
  const colon = text.lastIndexOf(':');
  const node = colon < 0 ? undefined : text.slice(0, colon);
  const rest = text.slice(colon + 1);
  if (node !== undefined && !byId.has(node)) return `there is no dump of a machine "${node}": there are ${[...byId.keys()].join(', ')}`;
  const found = (named.get(rest) ?? []).filter(({ host }) => node === undefined || host === node);
  const [first, second] = found;
  if (first === undefined) {
    const candidates = node === undefined ? machines : machines.filter((machine) => machine.host.id === node);
    return `there is no namespace "${rest}" in the dump${candidates.length > 1 ? 's' : ''}: there are ${known(candidates)}`;
  }
  if (second !== undefined)
    return `"${text}" is in several dumps: say NODE:${rest}, with NODE of ${found.map((place) => place.host).join(', ')}`;
  return first;
}

function known(machines: readonly Machine[]): string {
  const names = machines.flatMap(({ host, pods }) =>
    ['host', ...pods.keys()].map((name) => (machines.length > 1 ? `${host.id}:${name}` : name)),
  );
  return names.length > 12 ? `${names.slice(0, 12).join(', ')}, … (${String(names.length)} in all)` : names.join(', ');
}

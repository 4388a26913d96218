import type { Device, Link } from './link.ts';
import type { Host } from './namespace.ts';

interface End {
  readonly namespace: string;
  readonly device: string;
}

/** By namespace, then by device: the other end. */
export type Ends = ReadonlyMap<string, ReadonlyMap<string, End>>;

interface Veth {
  readonly namespace: string;
  readonly name: string;
  readonly index: number;
  readonly peerIndex: number;
  /** Its namespace's name for the namespace of the other end: all devices with one group lead to one namespace. */
  readonly group: Group;
}

interface Group {
  readonly namespace: string;
  /** Ids are unique in a namespace: two of them lead to two namespaces. -1 names none. */
  readonly id: number;
  readonly members: Veth[];
  /** The namespaces that it may lead to. */
  candidates: ReadonlySet<string>;
}

/** More than that many devices that fit each other tell nothing any more; a bound for absurd dumps. */
const MAX_CANDIDATES = 64;
const MAX_PASSES = 32;

/**
 * Finds both ends of every veth pair. Across namespaces a dump has no names for them, only: the other end's index, and a number that stands
 * for its namespace. Two devices fit that name each other's index; a group of devices leads where every one of them fits.
 */
export function pairVeths(host: Host): Ends {
  const ends = new Map<string, Map<string, End>>();
  const join = (from: { namespace: string; name: string }, to: { namespace: string; name: string }): void => {
    const own = ends.get(from.namespace) ?? new Map<string, End>();
    ends.set(from.namespace, own.set(from.name, { namespace: to.namespace, device: to.name }));
  };

  const groups: Group[] = [];
  const byIndexes = new Map<string, Veth[]>();
  for (const namespace of host.namespaces.values()) {
    const veths = namespace.links.flatMap((link) => (link.device.kind === 'veth' ? [{ link, device: link.device }] : []));
    const byIndex = new Map(veths.map((veth) => [veth.link.index, veth]));
    const byId = new Map<number, Group>();
    for (const { link, device } of veths) {
      if (device.peerIndex === undefined) continue;
      if (device.peerNetnsid === undefined) {
        const peer = byIndex.get(device.peerIndex);
        if (peer !== undefined && peer.link !== link && leadsBack(peer.device, link))
          join({ namespace: namespace.id, name: link.name }, { namespace: namespace.id, name: peer.link.name });
        continue;
      }
      let group = device.peerNetnsid < 0 ? undefined : byId.get(device.peerNetnsid);
      if (group === undefined) {
        group = { namespace: namespace.id, id: device.peerNetnsid, members: [], candidates: new Set() };
        byId.set(device.peerNetnsid, group);
        groups.push(group);
      }
      const veth: Veth = { namespace: namespace.id, name: link.name, index: link.index, peerIndex: device.peerIndex, group };
      group.members.push(veth);
      const key = `${String(veth.index)} ${String(veth.peerIndex)}`;
      const same = byIndexes.get(key);
      if (same === undefined) byIndexes.set(key, [veth]);
      else same.push(veth);
    }
  }

  const fitting = (veth: Veth): readonly Veth[] => {
    const found = byIndexes.get(`${String(veth.peerIndex)} ${String(veth.index)}`) ?? [];
    return found.length > MAX_CANDIDATES ? [] : found;
  };
  narrow(groups, fitting);

  for (const group of groups) {
    const [only] = group.candidates;
    if (only === undefined || group.candidates.size > 1) continue;
    for (const veth of group.members) {
      const peer = fitting(veth).find((other) => other.namespace === only);
      // Both sides must know: else one of them is ambiguous.
      if (peer !== undefined && peer.group.candidates.size === 1 && peer.group.candidates.has(veth.namespace)) join(veth, peer);
    }
  }
  return ends;
}

function leadsBack(device: Extract<Device, { kind: 'veth' }>, link: Link): boolean {
  return device.peerNetnsid === undefined && device.peerIndex === link.index;
}

/** Leaves to each group the namespaces where all of its devices fit and that lead back, until nothing changes. */
function narrow(groups: readonly Group[], fitting: (veth: Veth) => readonly Veth[]): void {
  for (const group of groups) group.candidates = where(group, fitting, () => true);
  for (let pass = 0, changed = true; changed && pass < MAX_PASSES; pass++) {
    changed = false;
    const taken = new Map<string, Map<string, Group>>();
    for (const group of groups) {
      const [only] = group.candidates;
      if (only === undefined || group.candidates.size > 1 || group.id < 0) continue;
      const own = taken.get(group.namespace) ?? new Map<string, Group>();
      taken.set(group.namespace, own.set(only, group));
    }
    for (const group of groups) {
      const others = taken.get(group.namespace);
      const next = where(group, fitting, (peer) => {
        const owner = others?.get(peer.namespace);
        return (
          group.candidates.has(peer.namespace) &&
          peer.group.candidates.has(group.namespace) &&
          (owner === undefined || owner === group || group.id < 0)
        );
      });
      if (next.size !== group.candidates.size) {
        group.candidates = next;
        changed = true;
      }
    }
  }
}

function where(group: Group, fitting: (veth: Veth) => readonly Veth[], allowed: (peer: Veth) => boolean): ReadonlySet<string> {
  let result: Set<string> | undefined;
  for (const veth of group.members) {
    const here = new Set<string>();
    for (const peer of fitting(veth)) if (peer.namespace !== group.namespace && allowed(peer)) here.add(peer.namespace);
    result = result === undefined ? here : new Set([...result].filter((namespace) => here.has(namespace)));
  }
  return result ?? new Set();
}

import { type Fabric, type FabricAnswer, type FabricEdge, type Host, type Ip, type NetworkNamespace, formatIp } from '@skoop/netstack';
import { type OuterDevice, couldBePair, outerDevices, shareWire } from './wires.ts';

/** A bound for long runs of --batch. */
const REMEMBERED = 10_000;

/**
 * Joins machines by their dumps alone: a frame gets to the machine that has its next hop, over devices that may share a wire.
 *
 * Where no dump has the next hop: nobody does, if another machine on that wire was dumped and nothing shows a stranger there;
 * else somebody outside of the dumps is taken to have it.
 */
export function joinHosts(hosts: ReadonlyMap<string, Host>): Fabric {
  const devices = outerDevices(hosts.values());
  const neighbours = new Map(devices.map((device) => [device, devices.filter((other) => other !== device && shareWire(device, other))]));
  const byNamespace = new Map<string, OuterDevice[]>();
  for (const device of devices) {
    const { id } = device.namespace;
    byNamespace.set(id, [...(byNamespace.get(id) ?? []), device]);
  }
  const known = new Map(devices.map((device) => [device, new Map<string | Ip, FabricAnswer>()]));
  return {
    carry: (edge) => {
      const from = findDevice(byNamespace, edge);
      const memo = from === undefined ? undefined : known.get(from);
      if (from === undefined || memo === undefined) return { kind: 'external', reason: `the other end of ${edge.device} is in no dump` };
      const key = edge.mac === undefined ? edge.nextHop : `${String(edge.nextHop)} ${edge.mac}`;
      let answer = memo.get(key);
      if (answer === undefined) {
        answer = carry(devices, neighbours, from, edge);
        if (memo.size >= REMEMBERED) memo.clear();
        memo.set(key, answer);
      }
      return answer;
    },
  };
}

function findDevice(byNamespace: ReadonlyMap<string, readonly OuterDevice[]>, edge: FabricEdge): OuterDevice | undefined {
  return byNamespace.get(edge.namespace)?.find(({ host, link }) => link.name === edge.device && host.id === edge.host);
}

function carry(
  devices: readonly OuterDevice[],
  neighbours: ReadonlyMap<OuterDevice, readonly OuterDevice[]>,
  from: OuterDevice,
  edge: FabricEdge,
): FabricAnswer {
  const wire = neighbours.get(from) ?? [];
  // Where nothing tells who is on this wire, whoever is on no other known wire may be.
  const reachable = wire.length > 0 ? wire : devices.filter((device) => device !== from && (neighbours.get(device) ?? []).length === 0);
  const receiver =
    edge.mac === undefined
      ? ownerOn(from, reachable, edge.nextHop)
      : best(
          from,
          reachable.filter((device) => answersTo(device, edge.mac)),
        );
  if (receiver !== undefined) return { kind: 'host', host: receiver.host.id, namespace: receiver.namespace.id, device: receiver.link.name };
  if (wire.length === 0) return { kind: 'external', reason: `no dump shows who is on the wire of ${edge.device}` };
  const stranger = strangerAt(from, devices, edge);
  if (stranger !== undefined) return { kind: 'external', reason: stranger };
  return { kind: 'nobody', reason: `no machine on the wire of ${edge.device} has ${formatIp(edge.nextHop)}` };
}

/** The device that a question for `ip` gets to: of the machine that has it (on whatever device), else of one that answers for others. */
function ownerOn(from: OuterDevice, wire: readonly OuterDevice[], ip: Ip): OuterDevice | undefined {
  const exact = wire.filter((device) => device.addresses.some((address) => address.ip === ip));
  const elsewhere = wire.filter((device) => hasAddress(device.namespace, ip));
  const proxies = wire.filter((device) => answersForOthers(device, ip));
  return best(from, exact) ?? best(from, elsewhere) ?? best(from, proxies);
}

function hasAddress(namespace: NetworkNamespace, ip: Ip): boolean {
  return (
    namespace.links.some((link) => link.addresses.some((address) => address.ip === ip)) ||
    namespace.routes.some((route) => route.type === 'local' && route.destination.address === ip)
  );
}

/** Proxy ARP is switched on, or an entry for that address is there; whether it answers is the model's to say. */
function answersForOthers(device: OuterDevice, ip: Ip): boolean {
  const { namespace, link } = device;
  const switched = ['all', link.name, link.master ?? link.name].some(
    (name) => namespace.sysctls.get(`net/ipv4/conf/${name}/proxy_arp`) === '1',
  );
  return switched || namespace.neighbours.some((entry) => entry.proxy && entry.ip === ip);
}

function answersTo(device: OuterDevice, mac: string | undefined): boolean {
  const master = device.namespace.links.find((link) => link.name === device.link.master);
  return device.link.mac === mac || master?.mac === mac;
}

/** A veth pair before others, a device that is up before one that is down, then the order of the dumps. */
function best(from: OuterDevice, candidates: readonly OuterDevice[]): OuterDevice | undefined {
  const score = (device: OuterDevice): number => (couldBePair(from.link, device.link) ? 2 : 0) + (device.link.up ? 1 : 0);
  return [...candidates].sort((a, b) => score(b) - score(a))[0];
}

/** The sender's kernel has met somebody who has the address and is in no dump. */
function strangerAt(from: OuterDevice, devices: readonly OuterDevice[], edge: FabricEdge): string | undefined {
  const names = [from.link.name, from.link.master];
  const entry = from.namespace.neighbours.find(
    (candidate) => candidate.ip === edge.nextHop && names.includes(candidate.dev) && candidate.mac !== undefined,
  );
  if (entry === undefined || entry.state === 'FAILED' || entry.state === 'INCOMPLETE' || entry.state === 'PERMANENT') return undefined;
  if (devices.some((device) => answersTo(device, entry.mac))) return undefined;
  return `${formatIp(edge.nextHop)} is a machine that was not dumped (${entry.mac ?? ''})`;
}

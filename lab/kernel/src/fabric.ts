import { formatIp, type Fabric, type Host, type Link, type NetworkNamespace } from '@skoop/netstack';
import type { LabDescription } from './description.ts';

interface End {
  readonly wire: string;
  readonly host: string;
  readonly id: string;
  readonly device: string;
}

/** What joins the machines: a frame on a wire reaches whoever on it has the address, or the MAC where that is fixed. */
export function wiredFabric(
  lab: LabDescription,
  hosts: ReadonlyMap<string, Host>,
  idOf: (namespace: string) => { readonly host: string; readonly id: string },
): Fabric {
  const ends: readonly End[] = Object.entries(lab.namespaces).flatMap(([name, { links = [] }]) =>
    links.flatMap((link) => (link.kind === 'wire' ? [{ wire: link.wire, device: link.name, ...idOf(name) }] : [])),
  );
  const namespaceOf = (end: End): NetworkNamespace | undefined => hosts.get(end.host)?.namespaces.get(end.id);
  const linkOf = (end: End): Link | undefined => namespaceOf(end)?.links.find((link) => link.name === end.device);
  return {
    carry: (edge) => {
      const here = ends.find((end) => end.id === edge.namespace && end.device === edge.device);
      if (here === undefined) return { kind: 'external', reason: `${edge.device} leads to no wire of the laboratory` };
      const there = ends.find((end) => {
        if (end === here || end.wire !== here.wire || linkOf(end)?.up !== true) return false;
        if (edge.mac !== undefined) return linkOf(end)?.mac === edge.mac;
        return namespaceOf(end)?.links.some((link) => link.addresses.some(({ ip }) => ip === edge.nextHop)) === true;
      });
      if (there === undefined) return { kind: 'nobody', reason: `nobody on ${here.wire} has ${edge.mac ?? formatIp(edge.nextHop)}` };
      return { kind: 'host', host: there.host, namespace: there.id, device: there.device };
    },
  };
}

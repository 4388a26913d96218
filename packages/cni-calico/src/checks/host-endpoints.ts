import type { CustomObject, Suspicion } from '@skoop/core';
import { linkOf, seen, suspectNode } from '@skoop/core/cni';
import { familyOf, parseIp } from '@skoop/netstack';
import { objectsOf, specEvidence, specOf, textField } from '../objects.ts';
import { holdersOf } from './rules.ts';
import { type NodeView, familiesOf } from './view.ts';

/** Felix' name for the device of an endpoint that is all of them. */
const ALL_DEVICES = 'any-interface-at-all';

/** The policies of a host endpoint are about a device of the node; Felix has chains for it. */
export function checkHostEndpoints(view: NodeView): readonly Suspicion[] {
  const { cluster, own, ns } = view;
  if (!seen(ns, 'links', 'addresses')) return [];
  return (objectsOf(cluster, 'hostendpoints') ?? []).flatMap((endpoint) => {
    const { device, addresses } = placeOf(endpoint);
    // Without either it is about nothing, which Calico itself refuses.
    if (specOf(endpoint)['node'] !== own.name || (device === '' && addresses.length === 0)) return [];
    const devices = devicesOf(view, endpoint);
    return devices.length === 0 ? [unplaced(view, endpoint)] : chains(view, endpoint, devices);
  });
}

/** It is found by its device's name, else by its addresses. */
function devicesOf({ ns }: NodeView, endpoint: CustomObject): readonly string[] {
  const { device, addresses } = placeOf(endpoint);
  if (device === '*') return [ALL_DEVICES];
  if (device !== '') return linkOf(ns, device) === undefined ? [] : [device];
  const expected = addresses.flatMap((text) => parseIp(text) ?? []);
  return ns.links.filter((link) => link.addresses.some(({ ip }) => expected.includes(ip))).map(({ name }) => name);
}

function placeOf(endpoint: CustomObject): { readonly device: string; readonly addresses: readonly string[] } {
  const spec = specOf(endpoint);
  const ips: readonly unknown[] = Array.isArray(spec['expectedIPs']) ? spec['expectedIPs'] : [];
  return { device: textField(spec, 'interfaceName') ?? '', addresses: ips.filter((text) => typeof text === 'string') };
}

/** One that fits nothing protects nothing. */
function unplaced({ own }: NodeView, endpoint: CustomObject): Suspicion {
  const { device, addresses } = placeOf(endpoint);
  const { name } = endpoint.metadata;
  const what = device === '' ? `a device with ${addresses.join(' or ')}` : `the device ${device}`;
  const message = `The host endpoint ${name} is ${what} of ${own.name}, which is not there: its policies apply to nothing.`;
  const evidence = [specEvidence(endpoint, device === '' ? 'expectedIPs' : 'interfaceName')];
  const remedy = `correct it: kubectl edit hostendpoints.crd.projectcalico.org ${name}, or calicoctl patch hostendpoint ${name}`;
  return suspectNode(own, 'CALICO_HOST_ENDPOINT', 'WARNING', message, { evidence, remedy });
}

/** Felix writes what comes from, and goes to, the device into two chains, in either data plane. */
function chains(view: NodeView, endpoint: CustomObject, devices: readonly string[]): readonly Suspicion[] {
  const { own, ns, agent, dataplane } = view;
  if (dataplane === 'ebpf' || !seen(ns, 'iptables-nft', 'iptables-legacy', 'nftables')) return [];
  const prefix = dataplane === 'nftables' ? 'filter-cali-' : 'cali-';
  const { device, addresses } = placeOf(endpoint);
  // By its addresses it is found in their families alone.
  const families = new Set(addresses.flatMap((text) => parseIp(text) ?? []).map(familyOf));
  const meant = familiesOf(view).filter((family) => device !== '' || families.has(family));
  return meant.flatMap((family) =>
    holdersOf(view, family).flatMap((table) => {
      const isThere = (device: string): boolean => ['fh-', 'th-'].every((way) => table.chains.has(`${prefix}${way}${device}`));
      if (devices.some(isThere)) return [];
      const message = `Felix on ${own.name} has no chains for the host endpoint ${endpoint.metadata.name} (${prefix}fh-${devices[0] ?? ''}, IPv${String(family)}): its policies are not enforced.`;
      const grounds = table.chains.get(dataplane === 'nftables' ? 'filter-FORWARD' : 'cali-FORWARD')?.source;
      const evidence = [specEvidence(endpoint, 'node'), ...(grounds === undefined ? [] : [grounds])];
      return [
        suspectNode(own, 'CALICO_HOST_ENDPOINT_CHAINS', 'WARNING', message, {
          evidence,
          remedy: `${agent.restart}; its log says why Felix is not in step`,
        }),
      ];
    }),
  );
}

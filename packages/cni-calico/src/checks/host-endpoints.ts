import type { Suspicion } from '@skoop/core';
import { linkOf, seen, suspectNode } from '@skoop/core/cni';
import { parseIp } from '@skoop/netstack';
import { objectsOf, specEvidence, specOf, textField } from '../objects.ts';
import type { NodeView } from './view.ts';

/** A host endpoint is found by its device's name, else by its addresses; one that fits nothing protects nothing. */
export function checkHostEndpoints({ cluster, own, ns }: NodeView): readonly Suspicion[] {
  if (!seen(ns, 'links', 'addresses')) return [];
  return (objectsOf(cluster, 'hostendpoints') ?? []).flatMap((endpoint) => {
    const spec = specOf(endpoint);
    const device = textField(spec, 'interfaceName') ?? '';
    const ips: readonly unknown[] = Array.isArray(spec['expectedIPs']) ? spec['expectedIPs'] : [];
    if (spec['node'] !== own.name || device === '*') return [];
    const addresses = ns.links.flatMap((link) => link.addresses.map(({ ip }) => ip));
    const expected = ips.flatMap((text) => (typeof text === 'string' ? (parseIp(text) ?? []) : []));
    const fits = device === '' ? expected.length === 0 || expected.some((ip) => addresses.includes(ip)) : linkOf(ns, device) !== undefined;
    if (fits) return [];
    const { name } = endpoint.metadata;
    const what = device === '' ? `a device with ${ips.join(' or ')}` : `the device ${device}`;
    const message = `The host endpoint ${name} is ${what} of ${own.name}, which is not there: its policies apply to nothing.`;
    const evidence = [specEvidence(endpoint, device === '' ? 'expectedIPs' : 'interfaceName')];
    const remedy = `correct it: kubectl edit hostendpoints.crd.projectcalico.org ${name}, or calicoctl patch hostendpoint ${name}`;
    return [suspectNode(own, 'CALICO_HOST_ENDPOINT', 'WARNING', message, { evidence, remedy })];
  });
}

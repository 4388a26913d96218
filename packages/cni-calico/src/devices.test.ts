import { describe, expect, test } from '@jest/globals';
import type { Host } from '@skoop/netstack';
import { devices } from './devices.ts';
import { Built } from './testing/built.ts';
import { WEB } from './testing/nodes.ts';

const HOST = 'nodes/node1/host';
const POD = 'nodes/node1/pods/default_web';

function hostOf(change: (b: Built) => void = () => undefined): Host {
  const built = new Built('vxlan');
  change(built);
  const state = built.cluster().hosts.get('node1');
  if (state?.kind !== 'dumped') throw new Error('node1 has no dump');
  return state.host;
}

/** What Felix makes in eBPF mode. */
const bpf = (b: Built): void =>
  b.items('ip-link', (links) => [
    ...links,
    { ifindex: 20, ifname: 'bpfin.cali', flags: ['UP', 'LOWER_UP'], mtu: 1450, link_type: 'ether' },
  ]);

/** The construct that a device is unknown for; `undefined`: it is not claimed. */
function outcomeOf(host: Host, id: string, name: string): string | undefined {
  const namespace = host.namespaces.get(id);
  const link = namespace?.links.find((one) => one.name === name);
  if (namespace === undefined || link === undefined) throw new Error(`no ${name} in ${id}`);
  const model = devices(host).find(({ claims }) => claims(namespace, link));
  const outcome = model?.transmit({} as never, link, namespace);
  return outcome?.kind === 'unknown' ? outcome.construct : outcome?.kind;
}

describe('in eBPF mode', () => {
  test.each<[way: string, namespace: string, device: string, expected: string | undefined]>([
    ['what a pod sends is unknown', POD, 'eth0', `Calico's eBPF programs on ${WEB}`],
    ['what is sent to a pod is unknown', HOST, WEB, `Calico's eBPF programs on ${WEB}`],
    ["the node's own device is the kernel's", HOST, 'eth0', undefined],
    ['a pod with itself is', POD, 'lo', undefined],
  ])('%s', (_way, namespace, device, expected) => {
    expect(outcomeOf(hostOf(bpf), namespace, device)).toBe(expected);
  });
});

test("without eBPF the kernel's tables show everything", () => {
  expect(devices(hostOf())).toEqual([]);
});

import { describe, expect, test } from '@jest/globals';
import type { ConfigReader, FlagSpec, FlagValues } from '@skoop/core';
import binders from './config.ts';
import plugin from './plugin.ts';
import { flannelBinder } from './schema.ts';
import { Recorded } from './testing/recorded.ts';

const withoutConfigMap = (r: Recorded): void => void r.configMaps.splice(0);

describe('configuration of the cluster, from its objects and from flags', () => {
  test.each<[name: string, change: (r: Recorded) => void, flags: FlagValues, expected: object]>([
    [
      "as flannel's ConfigMap says",
      () => undefined,
      {},
      { mode: 'vxlan', podCidrs: ['10.244.0.0/16'], details: { vni: 1, port: 8472, directRouting: false, nftables: false, hairpin: true } },
    ],
    [
      'without ConfigMap: as the nodes’ annotations and pod networks say',
      withoutConfigMap,
      {},
      { mode: 'vxlan', podCidrs: ['10.244.0.0/24', '10.244.1.0/24'], details: { vni: 1, port: undefined, networks: [], hairpin: false } },
    ],
    [
      'the VNI of most nodes',
      (r) => {
        withoutConfigMap(r);
        for (const node of ['node1', 'node2']) r.annotate(node, 'backend-data', '{"VNI":4096,"VtepMAC":"16:5d:59:40:9d:93"}');
      },
      {},
      { details: { vni: 4096 } },
    ],
    [
      'broken JSON in the ConfigMap counts as none',
      (r) => r.configMaps.forEach(({ data }) => (data['net-conf.json'] = '{"Network": ')),
      {},
      { mode: 'vxlan', podCidrs: ['10.244.0.0/24', '10.244.1.0/24'] },
    ],
    [
      'every part of it, whatever the case of its keys',
      (r) => r.configure({ Backend: { type: 'VXLAN', vni: 7, PORT: 4789, directrouting: true }, enableNFTables: true }),
      {},
      { mode: 'vxlan', details: { vni: 7, port: 4789, directRouting: true, nftables: true } },
    ],
    [
      'both IP versions',
      (r) => r.configure({ EnableIPv6: true, IPv6Network: 'fd00:10::/48' }),
      {},
      { podCidrs: ['10.244.0.0/16', 'fd00:10::/48'] },
    ],
    [
      'IPv4 off',
      (r) => r.configure({ EnableIPv4: false, EnableIPv6: true, IPv6Network: 'fd00:10::/48' }),
      {},
      { podCidrs: ['fd00:10::/48'] },
    ],
    ['no backend in the ConfigMap is udp, as for flanneld', (r) => r.configure({ Backend: undefined }), {}, { mode: 'udp' }],
    [
      'no hairpin mode asked for',
      (r) => r.configure({}, { plugins: [{ type: 'flannel', delegate: {} }] }),
      {},
      { details: { hairpin: false } },
    ],
    [
      '--flannel-backend-type overrules',
      () => undefined,
      { 'flannel-backend-type': 'host-gw' },
      { mode: 'host-gw', details: { backend: 'host-gw' } },
    ],
    ['--flannel-bridge', () => undefined, { 'flannel-bridge': 'br0' }, { details: { bridge: 'br0' } }],
    ['--flannel-pod-mtu', () => undefined, { 'flannel-pod-mtu': 1400 }, { mtu: 1400, details: { podMtu: 1400 } }],
    ['--flannel-ip-masq=false', () => undefined, { 'flannel-ip-masq': false }, { details: { masquerades: [] } }],
    ['--flannel-host-interface', () => undefined, { 'flannel-host-interface': 'eth1' }, { details: { hostInterface: 'eth1' } }],
  ])('%s', (_name, change, flags, expected) => {
    const recorded = new Recorded();
    change(recorded);
    expect(recorded.config(flags)).toMatchObject(expected);
  });

  test('is plain JSON, for it is part of a report', () => {
    const config = new Recorded().config({ 'flannel-pod-mtu': 1400, 'flannel-host-interface': 'eth0' });
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });

  test('the plugin reads its own flags', () => {
    const value = { backendType: 'ipip', bridge: 'br0', podMtu: undefined, ipMasq: false, hostInterface: undefined };
    const reader: ConfigReader = { config: <C>(binder: object) => (binder === flannelBinder ? value : undefined) as C };
    expect(plugin.configure(new Recorded().cluster(), reader)).toMatchObject({ mode: 'ipip', details: { bridge: 'br0', masquerades: [] } });
  });
});

describe("flags: KubeSkoop's names, types and defaults", () => {
  const flags: FlagSpec[] = [];
  for (const binder of binders) binder.bindFlags({ add: (flag) => flags.push(flag) });

  test.each<[name: string, type: FlagSpec['type'], standard: FlagSpec['default']]>([
    ['flannel-backend-type', 'string', undefined],
    ['flannel-bridge', 'string', 'cni0'],
    ['flannel-pod-mtu', 'integer', undefined],
    ['flannel-ip-masq', 'boolean', true],
    ['flannel-host-interface', 'string', undefined],
  ])('--%s', (name, type, standard) => {
    expect(flags.find((flag) => flag.name === name)).toMatchObject({ type, ...(standard === undefined ? {} : { default: standard }) });
    expect(flags.find((flag) => flag.name === name)?.default).toBe(standard);
  });

  test('and no others', () => {
    expect(flags).toHaveLength(5);
  });

  test.each<[values: FlagValues, flag: string, message: RegExp]>([
    [{ 'flannel-pod-mtu': 67 }, 'flannel-pod-mtu', /67 is no MTU/],
    [{ 'flannel-pod-mtu': 65536 }, 'flannel-pod-mtu', /between 68 and 65535/],
    [{ 'flannel-bridge': '' }, 'flannel-bridge', /cni0/],
  ])('%j is refused', (values, flag, message) => {
    expect(flannelBinder.parse({ 'flannel-bridge': 'cni0', 'flannel-ip-masq': true, ...values })).toEqual({
      ok: false,
      error: [{ flag, message: expect.stringMatching(message) as unknown }],
    });
  });
});

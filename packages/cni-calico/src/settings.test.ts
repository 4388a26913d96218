import { describe, expect, test } from '@jest/globals';
import type { ConfigReader, FlagSpec, FlagValues } from '@skoop/core';
import binders from './config.ts';
import plugin from './plugin.ts';
import { calicoBinder } from './schema.ts';
import { Built } from './testing/built.ts';
import type { Mode } from './testing/nodes.ts';

/** The operator's Installation in place of the ConfigMap. */
const installation =
  (spec: object) =>
  (b: Built): void => {
    b.configMaps.splice(0);
    b.add('installations', 'Installation', 'default', spec as Record<string, unknown>);
    const key = 'installations.crd.projectcalico.org';
    b.custom.set('installations.operator.tigera.io', b.custom.get(key) ?? []);
    b.custom.delete(key);
  };

describe('configuration of the cluster, from its objects and from flags', () => {
  test.each<[name: string, mode: Mode, change: (b: Built) => void, flags: FlagValues, expected: object]>([
    [
      'BGP',
      'bgp',
      () => undefined,
      {},
      { mode: 'bgp', podCidrs: ['192.168.0.0/16'], details: { backend: 'bird', dataplane: 'iptables', mesh: true } },
    ],
    ['IPIP', 'ipip', () => undefined, {}, { mode: 'ipip', details: { backend: 'bird' } }],
    ['IPIP to other subnets', 'ipip-cross', () => undefined, {}, { mode: 'ipip-crosssubnet' }],
    ['VXLAN', 'vxlan', () => undefined, {}, { mode: 'vxlan', details: { backend: 'vxlan' } }],
    ['VXLAN to other subnets', 'vxlan-cross', () => undefined, {}, { mode: 'vxlan-crosssubnet' }],
    ['both IP versions', 'dual', () => undefined, {}, { mode: 'vxlan', podCidrs: ['192.168.0.0/16', 'fd00:10::/48'] }],
    ['two pools of two modes', 'vxlan', (b) => b.add('ippools', 'IPPool', 'plain', { cidr: '10.99.0.0/16' }), {}, { mode: 'vxlan, bgp' }],
    ['the newer group', 'ipip', (b) => b.rename('projectcalico.org'), {}, { mode: 'ipip' }],
    ['no objects (etcd)', 'ipip', (b) => b.custom.clear(), {}, { podCidrs: [], details: { pools: [] } }],
    ['the operator, BGP on', 'bgp', installation({ calicoNetwork: { bgp: 'Enabled' } }), {}, { details: { backend: 'bird' } }],
    ['the operator, BGP off', 'vxlan', installation({ calicoNetwork: { bgp: 'Disabled' } }), {}, { details: { backend: 'vxlan' } }],
    ['the operator, policies alone', 'bgp', installation({ cni: { type: 'AmazonVPC' } }), {}, { details: { backend: 'none' } }],
    ['the operator, nftables', 'bgp', installation({ calicoNetwork: { linuxDataplane: 'Nftables' } }), {}, { mode: 'bgp, nftables' }],
    ['the operator, eBPF', 'bgp', installation({ calicoNetwork: { linuxDataplane: 'BPF' } }), {}, { mode: 'bgp, ebpf' }],
    ['neither ConfigMap nor Installation', 'bgp', (b) => void b.configMaps.splice(0), {}, { details: { backend: undefined } }],
    [
      'eBPF by Felix',
      'vxlan',
      (b) => b.spec('felixconfigurations', (spec) => (spec['bpfEnabled'] = true)),
      {},
      { details: { dataplane: 'ebpf' } },
    ],
    ['nftables by Felix', 'vxlan', (b) => b.native(), {}, { details: { dataplane: 'nftables' } }],
    [
      'nftables as kube-proxy does: the table says it',
      'vxlan',
      (b) => (b.native(), b.spec('felixconfigurations', (spec) => (spec['nftablesMode'] = 'Auto'))),
      {},
      { details: { dataplane: 'nftables' } },
    ],
    [
      'no mesh',
      'bgp',
      (b) => b.add('bgpconfigurations', 'BGPConfiguration', 'default', { nodeToNodeMeshEnabled: false }),
      {},
      { details: { mesh: false } },
    ],
    [
      'Canal',
      'bgp',
      (b) => b.workloads.forEach((one) => (one.metadata.name = 'canal')),
      {},
      { mode: 'canal', podCidrs: [], details: { canal: true, backend: 'none', pools: [] } },
    ],
    ['--calico-host-interface', 'bgp', () => undefined, { 'calico-host-interface': 'bond0' }, { details: { hostInterface: 'bond0' } }],
    ['--calico-host-mtu', 'bgp', () => undefined, { 'calico-host-mtu': 9000 }, { details: { hostMtu: 9000 } }],
    ['--calico-pod-mtu', 'bgp', () => undefined, { 'calico-pod-mtu': 1400 }, { mtu: 1400, details: { podMtu: 1400 } }],
    ['--calico-ipip-pod-mtu', 'ipip', () => undefined, { 'calico-ipip-pod-mtu': 1440 }, { details: { ipipPodMtu: 1440 } }],
  ])('%s', (_name, mode, change, flags, expected) => {
    const built = new Built(mode);
    change(built);
    expect(built.config(flags)).toMatchObject(expected);
  });

  test('is plain JSON, for it is part of a report', () => {
    const config = new Built('dual').config({
      'calico-host-interface': 'eth0',
      'calico-host-mtu': 1500,
      'calico-pod-mtu': 1400,
      'calico-ipip-pod-mtu': 1400,
    });
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });

  test('the plugin reads its own flags', () => {
    const value = { hostInterface: 'bond0', hostMtu: undefined, podMtu: undefined, ipipPodMtu: undefined };
    const reader: ConfigReader = { config: <C>(binder: object) => (binder === calicoBinder ? value : undefined) as C };
    expect(plugin.configure(new Built().cluster(), reader)).toMatchObject({ details: { hostInterface: 'bond0' } });
  });
});

describe("flags: KubeSkoop's names and types; what they leave open is read from the cluster", () => {
  const flags: FlagSpec[] = [];
  for (const binder of binders) binder.bindFlags({ add: (flag) => flags.push(flag) });

  test.each<[name: string, type: FlagSpec['type']]>([
    ['calico-host-interface', 'string'],
    ['calico-host-mtu', 'integer'],
    ['calico-pod-mtu', 'integer'],
    ['calico-ipip-pod-mtu', 'integer'],
  ])('--%s', (name, type) => {
    expect(flags.find((flag) => flag.name === name)).toMatchObject({ type });
    expect(flags.find((flag) => flag.name === name)?.default).toBeUndefined();
  });

  test('and no others', () => {
    expect(flags).toHaveLength(4);
  });

  test.each(['calico-host-mtu', 'calico-pod-mtu', 'calico-ipip-pod-mtu'])('--%s is a size that a device may have', (flag) => {
    for (const mtu of [67, 65536])
      expect(calicoBinder.parse({ [flag]: mtu })).toMatchObject({
        ok: false,
        error: [{ flag, message: expect.stringMatching(/is no MTU/) as unknown }],
      });
  });
});

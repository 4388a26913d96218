import { describe, expect, test } from '@jest/globals';
import type { DeviceModel, Host, Link, NetworkNamespace, Packet } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { ConfiguredCni } from '../health/cni.ts';
import type { CniConfig, CniPlugin } from '../contracts/cni-plugin.ts';
import { deviceModels } from './device-models.ts';

const namespace = (id: string) => ({ id }) as NetworkNamespace;
const ONE = namespace('nodes/n1/host');
const TWO = namespace('nodes/n2/host');
const host = (ns: NetworkNamespace) => ({ id: ns.id, root: ns.id, namespaces: new Map([[ns.id, ns]]) }) as unknown as Host;
const LINK = { name: 'ovs0' } as Link;
const PACKET = {} as Packet;
const DROP = { kind: 'drop', reason: 'no flow', evidence: [] } as const;

const CLUSTER = { hosts: new Map() } as unknown as Cluster;
function plugin(devices: CniPlugin['devices']): ConfiguredCni {
  return {
    plugin: { name: 'acme', devices } as CniPlugin,
    config: { name: 'acme', mode: '', podCidrs: [], details: {} } as unknown as CniConfig,
  };
}
function model(more: Partial<DeviceModel>): DeviceModel {
  return { name: 'acme', claims: () => true, transmit: () => DROP, ...more };
}
const fail = (): never => {
  throw new Error('boom');
};

describe('a plugin’s models of devices', () => {
  test('each answers for its own host', () => {
    const models = deviceModels(
      [host(ONE), host(TWO)],
      CLUSTER,
      plugin(() => [model({})]),
    );
    expect(models.map(({ claims }) => [claims(ONE, LINK), claims(TWO, LINK)])).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(models[0]?.transmit(PACKET, LINK, ONE)).toEqual(DROP);
  });

  test.each([
    ['it throws', model({ transmit: fail }), /ovs0: the model acme failed \(boom\)/],
    ['it throws when asked what it claims', model({ claims: fail }), /boom/],
    ['its answer is no outcome', model({ transmit: () => ({ kind: 'perhaps' }) as never }), /no outcome/],
    ['it answers nothing', model({ transmit: () => undefined as never }), /no outcome/],
  ])('where %s the device is unknown', (_why, broken, says) => {
    const [guarded] = deviceModels(
      [host(ONE)],
      CLUSTER,
      plugin(() => [broken]),
    );
    expect(guarded?.claims(ONE, LINK)).toBe(true);
    expect(guarded?.transmit(PACKET, LINK, ONE)).toEqual({
      kind: 'unknown',
      construct: expect.stringMatching(says) as unknown,
      evidence: [],
    });
  });

  test('none where the plugin has none, or fails to make them', () => {
    expect([
      deviceModels([host(ONE)], CLUSTER, undefined),
      deviceModels([host(ONE)], CLUSTER, plugin(undefined)),
      deviceModels([host(ONE)], CLUSTER, plugin(fail)),
    ]).toEqual([[], [], []]);
  });
});

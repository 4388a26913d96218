import { describe, expect, test } from '@jest/globals';
import { DROP, NODE, SEND, SERVE, diagnosis, forward, reply } from './__fixtures__/diagnosis.ts';
import { toKubeskoop } from './kubeskoop.ts';

const suspicion = (type: string, id: string) => ({
  code: 'X_Y',
  level: 'FATAL' as const,
  on: { type, id },
  message: `of ${id}`,
  evidence: [],
  remedy: '',
  cause: true,
});

describe("KubeSkoop's shape", () => {
  test('nodes with what they do by the link that a packet came in by, and the links', () => {
    const shape = toKubeskoop(diagnosis());
    expect(shape.nodes.map(({ id, type, actions }) => [type, id, Object.values(actions).map((action) => action.type)])).toEqual([
      ['pod', 'default/client', ['send']],
      ['node', 'n1', ['service']],
      ['pod', 'default/web', ['serve']],
    ]);
    expect(shape.links).toEqual([
      {
        id: 'pod/default/client node/n1 10.96.0.9',
        source: 'default/client',
        source_attributes: { interface: 'eth0' },
        destination_attributes: { interface: 'veth1' },
        destination: 'n1',
        type: 'veth',
        action: 'send',
        packet: { source: '10.0.0.2', destination: '10.96.0.9', dport: 80, protocol: 'tcp' },
      },
      expect.objectContaining({
        source: 'n1',
        destination: 'default/web',
        action: 'service',
        packet: { source: '10.0.0.2', destination: '10.0.0.3', dport: 8080, protocol: 'tcp' },
      }),
    ]);
    const ids = new Set(['', ...shape.links.map(({ id }) => id)]);
    for (const { actions } of shape.nodes) for (const link of Object.keys(actions)) expect(ids).toContain(link);
  });

  test('suspicions stand on their node, levels as numbers; those of what is not drawn on the cluster', () => {
    const shape = toKubeskoop(
      diagnosis({ suspicions: [suspicion('node', 'n1'), suspicion('node', 'elsewhere')], paths: [forward('dropped', 1, SEND, DROP)] }),
    );
    expect(shape.nodes.find(({ id }) => id === 'n1')?.suspicions).toEqual([{ level: 3, message: 'of n1' }]);
    expect(shape.cluster.suspicions).toEqual([{ level: 3, message: 'of elsewhere' }]);
  });

  test('the way back is not in it; a tunnel shows the packet inside', () => {
    const inner = { src: '10.0.0.2', sport: 1, dst: '10.1.0.3', dport: 8080, protocol: 'tcp' };
    const outer = { src: '172.30.0.11', sport: 1, dst: '172.30.0.12', dport: 8472, protocol: 'udp', encap: inner };
    const tunnel = { ...NODE, out: { interface: 'eth0', packet: outer } };
    const far = { ...NODE, node: { type: 'node', id: 'n2' }, in: { interface: 'eth0', packet: outer } };
    const shape = toKubeskoop(
      diagnosis({ paths: [forward('delivered', 1, SEND, tunnel, far, SERVE), reply(0, 'delivered', 1, SERVE, SEND)] }),
    );
    expect(shape.links).toHaveLength(3);
    expect(shape.links[1]).toMatchObject({
      type: 'vxlan',
      packet: { source: '10.0.0.2', destination: '10.1.0.3', dport: 8080, protocol: 'tcp' },
    });
  });
});

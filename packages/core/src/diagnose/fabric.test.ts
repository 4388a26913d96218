import { describe, expect, test } from '@jest/globals';
import { type Artifact, type ArtifactName, makeHost, parseIp, parseNamespace } from '@skoop/netstack';
import { clusterOf } from '../cluster/live-source.ts';
import type { Cluster, NodeState } from '../cluster/cluster.ts';
import { fabricOf } from './fabric.ts';
import { nodeUnreachable } from './source-places.ts';

const LINK = {
  ifindex: 2,
  ifname: 'eth0',
  flags: ['BROADCAST', 'UP', 'LOWER_UP'],
  mtu: 1500,
  link_type: 'ether',
  address: '02:00:00:00:00:02',
};
const ADDRESS = { ...LINK, addr_info: [{ family: 'inet', local: '192.0.2.12', prefixlen: 24, scope: 'global' }] };

/** node2 has 192.0.2.12, as the API says; its dump holds these artifacts. */
function cluster(artifacts: Readonly<Partial<Record<ArtifactName, Artifact>>>): Cluster {
  const node = {
    metadata: { name: 'node2' },
    spec: { podCIDRs: ['10.244.2.0/24'] },
    status: { addresses: [{ type: 'InternalIP', address: '192.0.2.12' }] },
  };
  const objects = clusterOf({ version: '', lists: { nodes: { kind: 'NodeList', apiVersion: 'v1', items: [node] } }, missing: [] }, []);
  const root = 'nodes/node2/host';
  const namespace = parseNamespace({ id: root, artifacts: new Map(Object.entries(artifacts) as [ArtifactName, Artifact][]) });
  const state: NodeState = { kind: 'dumped', host: makeHost('node2', [namespace], root), pods: new Map(), truncated: true };
  return { ...objects, hosts: new Map([['node2', state]]) };
}

function whole(value: unknown): Artifact {
  return { text: JSON.stringify(value), status: 0, error: '', truncated: false };
}

describe('who gets a frame for 192.0.2.12, the address of node2', () => {
  test.each<[name: string, artifacts: Parameters<typeof cluster>[0], kind: string]>([
    ['its dump shows it', { 'ip-link': whole([LINK]), 'ip-addr': whole([ADDRESS]) }, 'host'],
    ['its dump shows that no device has it', { 'ip-link': whole([LINK]), 'ip-addr': whole([{ ...LINK, addr_info: [] }]) }, 'nobody'],
    ['its dump was cut before its addresses', { 'ip-link': whole([LINK]) }, 'need'],
    ['its dump was cut inside of them', { 'ip-link': whole([LINK]), 'ip-addr': { ...whole([]), text: '[{"if', truncated: true } }, 'need'],
    ['its dump was cut before its devices', {}, 'need'],
  ])('%s', (_name, artifacts, kind) => {
    const nextHop = parseIp('192.0.2.12') ?? 0;
    const packet = { src: nextHop, dst: nextHop } as never;
    const edge = { host: 'node1', namespace: 'nodes/node1/host', device: 'eth0', nextHop, mac: undefined, packet };
    expect(fabricOf(cluster(artifacts)).carry(edge).kind).toBe(kind);
  });

  test.each<[name: string, nextHop: string, dst: string, answer: object]>([
    [
      'by a gateway that is no node: the router between the networks of the nodes',
      '198.51.100.1',
      '192.0.2.12',
      { kind: 'host', host: 'node2', routed: true },
    ],
    [
      'by an address of its pods: they are behind it, and nobody on the wire answers for them',
      '10.244.2.7',
      '10.244.2.7',
      { kind: 'nobody' },
    ],
    ['by a gateway, and for nobody that we know', '198.51.100.1', '203.0.113.7', { kind: 'external' }],
  ])('%s', (_name, nextHop, dst, answer) => {
    const artifacts = { 'ip-link': whole([LINK]), 'ip-addr': whole([ADDRESS]) };
    const edge = {
      host: 'node1',
      namespace: 'nodes/node1/host',
      device: 'eth0',
      nextHop: parseIp(nextHop) ?? 0,
      mac: undefined,
      packet: { src: parseIp('198.51.100.11'), dst: parseIp(dst) } as never,
    };
    expect(fabricOf(cluster(artifacts)).carry(edge)).toMatchObject(answer);
  });

  test('what was not seen is said', () => {
    expect(nodeUnreachable(cluster({}), 'node2').message).toMatch(/node2: in its dump, ip-(link|addr) was not collected/);
  });
});

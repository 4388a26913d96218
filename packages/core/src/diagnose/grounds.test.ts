import { expect, test } from '@jest/globals';
import type { Finding } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import { groundsOf } from './grounds.ts';

const cluster = {
  pods: [{ metadata: { namespace: 'default', name: 'web' }, spec: { nodeName: 'node1' }, status: { podIPs: ['10.0.0.2'] } }],
  nodes: [{ metadata: { namespace: '', name: 'node1' }, status: { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] } }],
} as unknown as Cluster;
const line = { artifact: 'nodes/node1/host/ss', line: 1, text: 'tcp LISTEN' };
const finding = (code: string, evidence: readonly object[] = []): Finding => ({ code, evidence }) as unknown as Finding;
const pod = { type: 'pod', id: 'default/web' };
const node = { type: 'node', id: 'node1' };
const web = { kind: 'Pod', namespace: 'default', name: 'web' };

test.each<[name: string, given: Finding, on: { type: string; id: string }, expected: readonly object[]]>([
  ['a line that there is stays', finding('SOCKET_NOT_LISTENING', [line]), pod, [line]],
  ['no socket of a pod', finding('SOCKET_NOT_LISTENING'), pod, [{ object: web, path: '/status/podIPs', value: ['10.0.0.2'] }]],
  [
    'no socket of a node',
    finding('SOCKET_NOT_LISTENING'),
    node,
    [{ object: { kind: 'Node', name: 'node1' }, path: '/status/addresses', value: [{ type: 'InternalIP', address: '192.0.2.1' }] }],
  ],
  ['not read of a pod', finding('COLLECT_ARTIFACT_MISSING'), pod, [{ object: web, path: '/spec/nodeName', value: 'node1' }]],
  [
    'not read of a node',
    finding('COLLECT_ARTIFACT_MISSING'),
    node,
    [{ object: { kind: 'Node', name: 'node1' }, path: '/metadata/name', value: 'node1' }],
  ],
  ['a thing that the API does not know', finding('SOCKET_NOT_LISTENING'), { type: 'node', id: 'h1' }, []],
  ['another finding that has none', finding('ROUTE_MISSING'), pod, []],
])('%s', (_name, given, on, expected) => {
  expect(groundsOf(cluster, given, on as Parameters<typeof groundsOf>[2])).toEqual(expected);
});

import { describe, expect, test } from '@jest/globals';
import { dumpOf, recorded } from '../parse/__fixtures__/dump.ts';
import { parseNamespace } from '../parse/namespace.ts';
import { makeHost, vethPeer } from './host.ts';
import type { NetworkNamespace } from './namespace.ts';

/** `[index, peerIndex, netnsid]` by name. Without a netnsid the peer is in the same namespace, and given by its name. */
type Veths = Readonly<Record<string, readonly [index: number, peer: number | string, netnsid?: number]>>;

function namespace(id: string, veths: Veths): NetworkNamespace {
  const links = Object.entries(veths).map(([ifname, [ifindex, peer, netnsid]]) => ({
    ifindex,
    ifname,
    flags: [],
    mtu: 1500,
    linkinfo: { info_kind: 'veth' },
    ...(netnsid === undefined ? { link: peer } : { link_index: peer, link_netnsid: netnsid }),
  }));
  return parseNamespace(dumpOf({ 'ip-link': JSON.stringify(links) }, id));
}

function peers(namespaces: Readonly<Record<string, Veths>>): (end: string) => string | undefined {
  const made = Object.entries(namespaces).map(([id, veths]) => namespace(id, veths));
  const host = makeHost('h', made, made[0]?.id ?? '');
  return (end) => {
    const [id = '', device = ''] = end.split(':');
    const peer = vethPeer(host, id, device);
    return peer && `${peer.namespace}:${peer.device}`;
  };
}

test('a host knows its namespaces by id', () => {
  const pod = parseNamespace(recorded('pod'));
  const host = makeHost('node1', [parseNamespace(recorded('node1')), pod], 'node1');
  expect(host).toMatchObject({ id: 'node1', root: 'node1' });
  expect(host.namespaces.get('pod')).toBe(pod);
});

describe('peers of recorded namespaces', () => {
  test('a pod and its node; other pods are not dumped', () => {
    const host = makeHost('node1', [parseNamespace(recorded('node1')), parseNamespace(recorded('pod'))], 'node1');
    const peer = vethPeer(host, 'pod', 'eth0');
    expect(peer).toEqual({ namespace: 'node1', device: expect.stringMatching(/^veth/) });
    expect(vethPeer(host, 'node1', peer?.device ?? '')).toEqual({ namespace: 'pod', device: 'eth0' });
    const joined = host.namespaces.get('node1')?.links.filter((link) => vethPeer(host, 'node1', link.name) !== undefined);
    expect(joined?.map((link) => link.name)).toEqual([peer?.device]);
  });

  test('the same index in two namespaces, and pairs in one', () => {
    const host = makeHost(
      'h',
      (['lab', 'lab-b', 'lab-c'] as const).map((name) => parseNamespace(recorded(name))),
      'lab',
    );
    expect(vethPeer(host, 'lab', 'e0')).toEqual({ namespace: 'lab-b', device: 'e0' });
    expect(vethPeer(host, 'lab', 'e1')).toEqual({ namespace: 'lab-c', device: 'e0' });
    expect(vethPeer(host, 'lab-c', 'e0')).toEqual({ namespace: 'lab', device: 'e1' });
    expect(vethPeer(host, 'lab', 'v0')).toEqual({ namespace: 'lab', device: 'v1' });
    expect(vethPeer(host, 'lab', 'p1x')).toEqual({ namespace: 'lab', device: 'p1' });
    expect(vethPeer(host, 'lab', 'br0')).toBeUndefined();
    expect(vethPeer(host, 'nowhere', 'e0')).toBeUndefined();
  });
});

describe('which namespace it is', () => {
  test('two namespaces with equal indexes are told apart by what leads back', () => {
    // Both pairs are 2 <-> 2; the second device of each router settles it.
    const peer = peers({
      r1: { a: [2, 2, 0], b: [3, 7, 0] },
      r2: { a: [2, 2, 0], b: [4, 7, 0] },
      p1: { e: [2, 2, 0], f: [7, 3, 0] },
      p2: { e: [2, 2, 0], f: [7, 4, 0] },
    });
    expect(['r1:a', 'r2:a', 'p1:e', 'p2:e'].map(peer)).toEqual(['p1:e', 'p2:e', 'r1:a', 'r2:a']);
  });

  test('two ids of a namespace are two namespaces', () => {
    const peer = peers({ r: { a: [2, 9, 0], b: [3, 8, 0], c: [4, 9, 1] }, p: { e: [9, 2, 0], f: [8, 3, 0] }, q: { e: [9, 4, 0] } });
    expect(['r:a', 'r:b', 'r:c', 'q:e'].map(peer)).toEqual(['p:e', 'p:f', 'q:e', 'r:c']);
  });

  test('what fits several is not guessed', () => {
    const peer = peers({ a: { x: [2, 2, 0] }, b: { x: [2, 2, 0] }, c: { x: [2, 2, 0] }, d: { x: [2, 2, 0] } });
    expect(['a:x', 'b:x', 'c:x', 'd:x'].map(peer)).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('a group of which one device fits nowhere leads nowhere', () => {
    const peer = peers({ r: { a: [2, 9, 0], b: [3, 8, 0] }, p: { e: [9, 2, 0] } });
    expect(['r:a', 'r:b', 'p:e'].map(peer)).toEqual([undefined, undefined, undefined]);
  });

  test('a namespace without an id is found by the indexes alone', () => {
    const peer = peers({ r: { a: [2, 9, -1], b: [3, 9, -1] }, p: { e: [9, 2, 0] }, q: { e: [9, 3, 0] } });
    expect(['r:a', 'r:b', 'p:e'].map(peer)).toEqual(['p:e', 'q:e', 'r:a']);
  });

  test('a peer that does not lead back is none', () => {
    const peer = peers({ r: { a: [2, 'b'], b: [3, 'c'], c: [4, 'b'] }, s: { a: [2, 'a'] } });
    expect(['r:a', 'r:b', 'r:c', 's:a'].map(peer)).toEqual([undefined, 'r:c', 'r:b', undefined]);
  });

  test('a thousand namespaces that all fit each other are given up on', () => {
    const peer = peers(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`n${String(i)}`, { x: [2, 2, 0] }] as const)));
    expect(peer('n0:x')).toBeUndefined();
  }, 60_000);

  test('a node with 250 pods', () => {
    const pods = Array.from({ length: 250 }, (_, i) => [`p${String(i)}`, { eth0: [2, i + 5, 0] }] as const);
    const node = Object.fromEntries(pods.map(([id], i) => [`veth-${id}`, [i + 5, 2, i + 1] as const]));
    const peer = peers({ node: { eth0: [2, 40, 0], ...node }, ...Object.fromEntries(pods) });
    expect(peer('p77:eth0')).toBe('node:veth-p77');
    expect(peer('node:veth-p249')).toBe('p249:eth0');
    expect(peer('node:eth0')).toBeUndefined();
  });
});

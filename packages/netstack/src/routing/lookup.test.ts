import { describe, expect, test } from '@jest/globals';
import { formatIp } from '../address/ip.ts';
import { host, ip } from '../testing/world.ts';
import { lookup } from './lookup.ts';

const NOBODY_ASKS = {
  chance: () => {
    throw new Error('asked');
  },
  pick: () => {
    throw new Error('asked');
  },
  unknown: () => {
    throw new Error('asked');
  },
};

/** 6.18 was tried in the laboratory of kernels; no older kernel was asked. */
describe('a fixed source address chooses among several next hops', () => {
  test.each<[string, string | undefined, boolean, readonly string[]]>([
    ['of a route, since 6.16', '6.16.0', false, ['10.0.0.2']],
    ['of a route, in a distribution’s kernel', '6.18.44-fc-v595', false, ['10.0.0.2']],
    ['of a route, a major version on', '7.0.1', false, ['10.0.0.2']],
    ['not before', '6.1.0-44-cloud-amd64', false, ['10.0.0.2', '10.1.0.2']],
    ['nor where the kernel is not known', undefined, false, ['10.0.0.2', '10.1.0.2']],
    ['nor in a group of next hop objects', '6.18.44', true, ['10.0.0.2', '10.1.0.2']],
  ])('%s', (_what, release, byObject, expected) => {
    const [built] = host('m', {
      m: {
        links: [
          { name: 'e0', addresses: ['10.0.0.1/24'] },
          { name: 'e1', addresses: ['10.1.0.1/24'] },
        ],
        routes: ['10.9.0.0/16 via 10.0.0.2 dev e0'],
        ...(release === undefined ? {} : { sysctls: { 'kernel/osrelease': release } }),
      },
    }).namespaces.values();
    if (built === undefined) throw new Error('no namespace');
    const hop = { onlink: false, dead: false, linkdown: false, weight: 1 };
    const nexthops = [
      { ...hop, via: ip('10.0.0.2'), dev: 'e0' },
      { ...hop, via: ip('10.1.0.2'), dev: 'e1' },
    ];
    const routes = built.routes.map((route) => (route.nexthops[0]?.via === undefined ? route : { ...route, nexthops, byObject }));
    const asked: string[] = [];
    const chooser = {
      ...NOBODY_ASKS,
      pick: <T>(items: readonly T[]): T => {
        asked.push(...(items as readonly { via: number }[]).map(({ via }) => formatIp(via)));
        return items[0] as T;
      },
    };
    const flow = { dst: ip('10.9.0.1'), src: ip('10.0.0.1'), iif: 'lo', mark: 0, tos: 0, protocol: 6, sport: 0, dport: 0, uid: 0 };
    const found = lookup({ ...built, routes }, flow, chooser);
    expect(found.kind).toBe('route');
    expect(asked).toEqual(expected);
  });
});

/** Tried with `ip route get` on Linux 6.18. */
describe('a rule that suppresses routes passes on to the next', () => {
  test.each<[string, { readonly suppressPrefixLength?: number; readonly suppressGroup?: string }, string | undefined, string]>([
    ['none', {}, '7', '10.0.0.2'],
    ['those of a short prefix', { suppressPrefixLength: 16 }, '7', '10.0.0.3'],
    ['shorter ones', { suppressPrefixLength: 15 }, '7', '10.0.0.2'],
    ["those by the group's devices", { suppressGroup: '7' }, '7', '10.0.0.3'],
    ["those by another group's", { suppressGroup: '7' }, '8', '10.0.0.2'],
    ["those by a device of no group's", { suppressGroup: 'default' }, 'default', '10.0.0.3'],
  ])('%s', (_what, more, group, via) => {
    const rule = (priority: number, table: string, suppress: typeof more = {}) => ({
      priority,
      action: { kind: 'lookup' as const, table, suppressPrefixLength: undefined, ...suppress },
    });
    const [built] = host('m', {
      m: {
        links: [{ name: 'e0', addresses: ['10.0.0.1/24'] }],
        routes: ['10.9.0.0/16 via 10.0.0.2 dev e0', '10.9.0.0/16 via 10.0.0.3 dev e0 table 100'],
        rules: [rule(10, 'main', more), rule(20, '100')],
      },
    }).namespaces.values();
    if (built === undefined) throw new Error('no namespace');
    const namespace = { ...built, links: built.links.map((link) => ({ ...link, group })) };
    const flow = { dst: ip('10.9.0.1'), src: 0, iif: 'lo', mark: 0, tos: 0, protocol: 6, sport: 0, dport: 0, uid: 0 };
    const found = lookup(namespace, flow, NOBODY_ASKS);
    expect(found.kind === 'route' && found.nexthop?.via !== undefined && formatIp(found.nexthop.via)).toBe(via);
  });
});

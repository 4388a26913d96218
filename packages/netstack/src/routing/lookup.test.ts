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

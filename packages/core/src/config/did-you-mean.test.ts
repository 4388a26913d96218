import { expect, test } from '@jest/globals';
import { nearest } from './did-you-mean.ts';

test.each<[name: string, meant: string | undefined]>([
  ['flanel-bridge', 'flannel-bridge'],
  ['FLANNEL-BRIDGE', 'flannel-bridge'],
  ['srcc', 'src'],
  ['dts', 'dst'],
  ['completely-different', undefined],
  ['', undefined],
])('%s means %s', (name, meant) => {
  expect(nearest(name, ['src', 'dst', 'flannel-bridge', 'flannel-pod-mtu'])).toBe(meant);
});

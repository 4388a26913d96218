import { expect, test } from '@jest/globals';
import { formatIp } from '../address/ip.ts';
import { ip } from '../testing/world.ts';
import { addressByHash } from './address-hash.ts';

// What Linux 6.18 took for `--to-source FROM-TO` and `--to-destination FROM-TO`.
test.each([
  ['10.8.0.1', '10.8.3.77', '10.9.0.2', '203.0.113.9', false, '10.8.0.2'],
  ['10.8.0.1', '10.8.3.77', '10.9.0.3', '1.2.3.4', false, '10.8.3.46'],
  ['10.8.0.1', '10.8.3.77', '10.9.0.3', '77.1.2.3', false, '10.8.1.10'],
  ['10.8.0.1', '10.8.3.77', '10.9.0.3', '77.1.2.3', true, '10.8.0.49'],
  ['10.8.0.1', '10.8.3.77', '10.9.0.2', '1.2.3.5', true, '10.8.1.2'],
  ['fd08::5', 'fd08::3:77', 'fd00::2', '2001::1', false, 'fd08::1:b419'],
  ['fd08:1:2::5', 'fd09::3:77', 'fd00::2', '2a00:1:2:3:4:5:6:7', false, 'fd08:abcb:aaca:9245:a9ca:9045:acca:9445'],
  ['fd08:1:2::5', 'fd09::3:77', 'fd00::2', '2001::2', true, 'fd08:16ed:16ec:da2c:16ec:da2c:16ec:da2c'],
])('of %s to %s, from %s to %s (persistent: %s): %s', (from, to, src, dst, persistent, expected) => {
  expect(formatIp(addressByHash({ from: ip(from), to: ip(to) }, ip(src), ip(dst), persistent, 0))).toBe(expected);
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatIp, parseIp } from './ip.ts';

describe('parseIp', () => {
  test.each([
    ['10.0.0.1', 0x0a000001],
    ['255.255.255.255', 0xffffffff],
    ['::', 0n],
    ['fd00::1', 0xfd000000000000000000000000000001n],
    ['::ffff:10.0.0.1', 0xffff0a000001n],
  ])('%s', (text, value) => {
    expect(parseIp(text)).toBe(value);
  });

  test.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.1.2',
    '1:2',
    ':::',
    '1::2::3',
    '12345::',
    'fd00::1%eth0',
    '10.0.0.1/24',
    '1:2:3:4:5:6:7:8:9',
  ])('%p is no address', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  test('what is formatted is read back', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.bigInt({ min: 1n << 64n, max: (1n << 128n) - 1n })),
        (ip) => parseIp(formatIp(ip)) === ip,
      ),
    );
  });
});

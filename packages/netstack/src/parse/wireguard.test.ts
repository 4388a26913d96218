import { expect, test } from '@jest/globals';
import { formatIp } from '../address/ip.ts';
import { dumpOf } from './__fixtures__/dump.ts';
import { parseNamespace } from './namespace.ts';

const A = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const B = 'TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=';
const LINK = JSON.stringify([
  { ifindex: 1, ifname: 'lo', flags: ['LOOPBACK', 'UP'], mtu: 65536, link_type: 'loopback' },
  {
    ifindex: 7,
    ifname: 'wg0',
    flags: ['POINTOPOINT', 'NOARP', 'UP', 'LOWER_UP'],
    mtu: 1420,
    link_type: 'none',
    linkinfo: { info_kind: 'wireguard' },
  },
]);
const SHOWN = `public-key wg0\t${A}
listen-port wg0\t51820
fwmark wg0\t0xca6c
endpoints wg0\t${B}\t[fd00::2]:51821
endpoints wg0\tnobody\t(none)
allowed-ips wg0\t${B}\t10.0.0.0/24 fd01::/64
allowed-ips wg0\tnobody\t(none)
`;

function gapsOf(link: string, wireguard: Parameters<typeof dumpOf>[0]['wireguard']): readonly { topic: string; kind: string }[] {
  const { gaps } = parseNamespace(dumpOf({ 'ip-link': link, ...(wireguard === undefined ? {} : { wireguard }) }));
  return gaps.filter(({ topic }) => topic === 'wireguard');
}

function deviceOf(wireguard: string): unknown {
  return parseNamespace(dumpOf({ 'ip-link': LINK, wireguard })).links.find(({ name }) => name === 'wg0')?.device;
}

test('a device with its peers', () => {
  expect(deviceOf(SHOWN)).toMatchObject({
    kind: 'wireguard',
    netnsid: undefined,
    publicKey: A,
    port: 51820,
    fwmark: 0xca6c,
    peers: [
      { publicKey: B, endpoint: { port: 51821 }, allowed: [{ length: 24 }, { length: 64 }] },
      { endpoint: undefined, allowed: [] },
    ],
  });
});

test('without a mark', () => {
  expect(deviceOf(SHOWN.replace('0xca6c', 'off'))).toMatchObject({ fwmark: 0 });
});

test.each([
  ['an endpoint', SHOWN.replace('[fd00::2]:51821', 'somewhere')],
  ['a prefix', SHOWN.replace('10.0.0.0/24', '10.0.0.0/77')],
  ['a word', `${SHOWN}private-key wg0\tsecret\n`],
])('%s that is not understood is told', (_what, text) => {
  expect(gapsOf(LINK, text)).toMatchObject([{ topic: 'wireguard', kind: 'malformed' }]);
});

test('the tool is not there: told, where there is such a device', () => {
  const gone = { text: '', status: 127 };
  expect(gapsOf(LINK, gone)).toMatchObject([{ topic: 'wireguard', kind: 'missing' }]);
  expect(gapsOf(LINK.replace('wireguard', 'dummy'), gone)).toEqual([]);
});

test('an IPv6 endpoint', () => {
  const device = parseNamespace(dumpOf({ 'ip-link': LINK, wireguard: SHOWN })).links[1]?.device;
  expect(device?.kind === 'wireguard' && device.peers[0]?.endpoint && formatIp(device.peers[0].endpoint.ip)).toBe('fd00::2');
});

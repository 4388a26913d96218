import { describe, expect, test } from '@jest/globals';
import { formatIp } from '../address/ip.ts';
import type { Socket } from '../namespace/socket.ts';
import { dumpOf, recorded } from './__fixtures__/dump.ts';
import { parseSockets } from './sockets.ts';

function show(socket: Socket): string {
  const end = (address: Socket['local'], port: number): string => `${address === 'any' ? 'any' : formatIp(address)} ${String(port)}`;
  const words = [
    String(socket.protocol),
    socket.state,
    end(socket.local, socket.localPort),
    '<',
    end(socket.peer, socket.peerPort),
    `v${String(socket.family)}`,
  ];
  if (socket.v6only) words.push('v6only');
  if (socket.device !== undefined) words.push(`dev ${socket.device}`);
  if (socket.uid !== 0) words.push(`uid ${String(socket.uid)}`);
  return words.join(' ');
}

function socketsOf(...text: string[]): string[] {
  return parseSockets(dumpOf({ ss: text.join('\n') })).value.map(show);
}

describe('sockets of a recorded namespace', () => {
  const parsed = parseSockets(recorded('lab'));
  const shown = parsed.value.map(show);

  test.each([
    ['IPv4 wildcard', '6 listen any 53 < any 0 v4'],
    ['bound to a device and an address', '6 listen 10.1.0.1 54 < any 0 v4 dev e0'],
    ['bound to a device alone', '6 listen any 55 < any 0 v4 dev e0'],
    ['both families', '6 listen any 81 < any 0 v6'],
    ['both families, bound to a device', '17 unconnected any 181 < any 0 v6 dev br0'],
    ['IPv6 alone', '6 listen any 82 < any 0 v6 v6only'],
    ['IPv6 address', '6 listen fd00:1::1 83 < any 0 v6 v6only'],
    ['IPv6 socket on an IPv4 address', '6 listen 10.1.0.1 84 < any 0 v4'],
    ['connected UDP', '17 connected 10.1.0.1 154 < 10.1.0.77 99 v4'],
    ['connected UDP, IPv6', '17 connected fd00:1::1 155 < fd00:1::77 99 v6'],
    ['connected IPv6 socket that speaks IPv4', '6 connected 10.3.0.1 81 < 10.3.0.1 51156 v4'],
  ])('%s', (_name, expected) => {
    expect(parsed.gaps).toEqual([]);
    expect(shown).toContain(expected);
  });
});

describe('traps of the format', () => {
  test('TIME-WAIT and closed TCP sockets receive nothing', () => {
    expect(
      socketsOf(
        'tcp TIME-WAIT 0 0 10.0.0.1:80 10.0.0.2:999 timer:(timewait,9sec,0) ino:0 sk:b',
        'tcp UNCONN 0 0 0.0.0.0:7 0.0.0.0:* ino:1 sk:2',
      ),
    ).toEqual([]);
  });

  test('the owner', () => {
    expect(socketsOf('udp UNCONN 0 0 0.0.0.0:53 0.0.0.0:* uid:65534 ino:1 sk:2 <->')).toEqual([
      '17 unconnected any 53 < any 0 v4 uid 65534',
    ]);
  });

  test('link-local addresses have their device', () => {
    expect(socketsOf('udp UNCONN 0 0 [fe80::1]%eth0:546 [::]:* ino:1 sk:2 v6only:1 <->')).toEqual([
      '17 unconnected fe80::1 546 < any 0 v6 v6only dev eth0',
    ]);
  });

  test('old versions: a star is IPv4, three colons are IPv6', () => {
    expect(socketsOf('tcp LISTEN 0 128 *:80 *:* ino:1 sk:2', 'tcp LISTEN 0 128 :::81 :::* ino:1 sk:2')).toEqual([
      '6 listen any 80 < any 0 v4',
      '6 listen any 81 < any 0 v6',
    ]);
  });

  test('new versions: a star is both, whether v6only is printed or not', () => {
    expect(socketsOf('tcp LISTEN 0 128 *:80 *:* ino:1 sk:2', 'tcp LISTEN 0 128 0.0.0.0:81 0.0.0.0:* ino:1 sk:2')).toEqual([
      '6 listen any 80 < any 0 v6',
      '6 listen any 81 < any 0 v4',
    ]);
  });

  test.each([
    'raw UNCONN 0 0 0.0.0.0:1 0.0.0.0:*',
    'tcp LISTEN 0 0 nonsense *:*',
    'tcp LISTEN',
    'tcp LISTEN 0 0 10.0.0.1:99999 *:*',
    'tcp LISTEN 0 0 10.0.0.1:http *:*',
  ])('%s is a gap', (line) => {
    expect(parseSockets(dumpOf({ ss: line }))).toMatchObject({
      value: [],
      gaps: [{ topic: 'sockets', kind: 'malformed', why: expect.stringContaining(line) }],
    });
  });
});

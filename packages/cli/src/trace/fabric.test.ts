import { describe, expect, test } from '@jest/globals';
import type { Host } from '@skoop/netstack';
import { joinHosts } from './fabric.ts';
import { type DeviceInit, address, machine } from './__fixtures__/machine.ts';

const ask = (machines: readonly Host[], from: string, device: string, nextHop: string, mac?: string) => {
  const [host = '', namespace = `nodes/${from}/host`] = [from];
  const packet = {
    src: 0,
    dst: address(nextHop),
    protocol: 6,
    sport: 1,
    dport: 2,
    tcpFlags: 2,
    ttl: 64,
    length: 60,
    df: true,
    tos: 0,
    mark: 0,
  };
  const answer = joinHosts(new Map(machines.map((one) => [one.id, one]))).carry({
    host,
    namespace,
    device,
    nextHop: address(nextHop),
    mac,
    packet,
  });
  return answer.kind === 'host' ? `${answer.host}:${answer.device}` : answer.kind;
};

const A: DeviceInit = { name: 'eth0', addresses: ['10.0.0.1/24'], mac: '02:00:00:00:00:0a' };
const B: DeviceInit = { name: 'eth0', addresses: ['10.0.0.2/24'], mac: '02:00:00:00:00:0b' };

describe('who gets a frame between machines', () => {
  test.each<[name: string, machines: readonly Host[], device: string, nextHop: string, mac: string | undefined, expected: string]>([
    ['the machine that has the next hop', [machine('a', [A]), machine('b', [B])], 'eth0', '10.0.0.2', undefined, 'b:eth0'],
    [
      'nobody, where the wire is known and no machine on it has the address',
      [machine('a', [A]), machine('b', [B])],
      'eth0',
      '10.0.0.9',
      undefined,
      'nobody',
    ],
    ['somebody outside, where no other machine of the wire was dumped', [machine('a', [A])], 'eth0', '10.0.0.9', undefined, 'external'],
    [
      'a stranger whom the sender has met',
      [machine('a', [{ ...A, met: { '10.0.0.9': '02:00:00:00:00:99' } }]), machine('b', [B])],
      'eth0',
      '10.0.0.9',
      undefined,
      'external',
    ],
    [
      'not the owner of the address on another wire',
      [
        machine('a', [A, { name: 'eth1', addresses: ['10.9.0.1/24'], mac: '02:00:00:00:00:1a' }]),
        machine('b', [B]),
        machine('c', [{ name: 'eth0', addresses: ['10.9.0.3/24'], mac: '02:00:00:00:00:0c' }]),
      ],
      'eth1',
      '10.0.0.2',
      undefined,
      'nobody',
    ],
    [
      'an address on the loopback of a machine of the wire: the kernel answers for all its addresses',
      [machine('a', [A]), machine('b', [B, { name: 'lo', addresses: ['10.77.0.1/32'], mac: '00:00:00:00:00:00' }])],
      'eth0',
      '10.77.0.1',
      undefined,
      'b:eth0',
    ],
    [
      'a machine that does proxy ARP is asked',
      [machine('a', [A]), machine('b', [B], { 'net/ipv4/conf/eth0/proxy_arp': '1' })],
      'eth0',
      '10.0.0.9',
      undefined,
      'b:eth0',
    ],
    [
      'by a fixed link-layer address, whoever has that',
      [machine('a', [A]), machine('b', [B])],
      'eth0',
      '10.0.0.9',
      '02:00:00:00:00:0b',
      'b:eth0',
    ],
    [
      'by a fixed link-layer address that nobody has',
      [machine('a', [A]), machine('b', [B])],
      'eth0',
      '10.0.0.2',
      '02:00:00:00:00:ee',
      'nobody',
    ],
    [
      'of two machines with one address, the one whose veth fits',
      [
        machine('a', [{ ...A, index: 7, peerIndex: 9 }]),
        machine('b', [{ ...B, index: 4, peerIndex: 5 }]),
        machine('c', [{ ...B, index: 9, peerIndex: 7 }]),
      ],
      'eth0',
      '10.0.0.2',
      undefined,
      'c:eth0',
    ],
    [
      'a machine without a subnet in common, joined by the address alone',
      [machine('a', [{ ...A, addresses: ['10.0.0.1/32'] }]), machine('b', [{ ...B, addresses: ['10.0.0.2/32'] }])],
      'eth0',
      '10.0.0.2',
      undefined,
      'b:eth0',
    ],
  ])('%s', (_name, machines, device, nextHop, mac, expected) => {
    expect(ask(machines, 'a', device, nextHop, mac)).toBe(expected);
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Socket } from '../../namespace/socket.ts';
import { host, ip } from '../../testing/world.ts';
import { context } from '../__fixtures__/context.ts';
import { ruleOf } from '../__fixtures__/rules.ts';

const connected: Partial<Socket> = { state: 'connected', local: ip('10.9.0.1'), localPort: 80, peer: ip('10.0.0.2'), peerPort: 40000 };

/** Transparent or not: the dump does not say, so where there is a socket the answer is open. */
describe('TPROXY', () => {
  test.each<[string, string, Partial<Socket>, 'drop' | 'unknown']>([
    ['a listener on every address', '--on-port 15001', {}, 'unknown'],
    ['on the port that the packet is for', '--on-port 0', { localPort: 80 }, 'unknown'],
    ['on another port', '--on-port 15001', { localPort: 15002 }, 'drop'],
    ['of another protocol', '--on-port 15001', { protocol: 17 }, 'drop'],
    ["on the in-device's address", '--on-port 15001', { local: ip('10.0.0.1') }, 'unknown'],
    ["on another device's", '--on-port 15001', { local: ip('10.7.0.1') }, 'drop'],
    [
      'on the address that is named',
      '--on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x1/0xffffffff',
      { local: ip('127.0.0.1') },
      'unknown',
    ],
    ['on one that is not', '--on-port 15001 --on-ip 127.0.0.1', { local: ip('10.0.0.1') }, 'drop'],
    ['a connection of its own', '--on-port 1', connected, 'unknown'],
    ["another's connection", '--on-port 1', { ...connected, peerPort: 40001 }, 'drop'],
  ])('%s: -j TPROXY %s', (_what, args, more, kind) => {
    const links = [
      { name: 'eth0', addresses: ['10.0.0.1/24'] },
      { name: 'eth1', addresses: ['10.7.0.1/24'] },
    ];
    const [built] = host('m', { m: { links, sockets: ['tcp 0.0.0.0:15001'] } }).namespaces.values();
    if (built === undefined) throw new Error('no namespace');
    const namespace = { ...built, sockets: built.sockets.map((socket) => ({ ...socket, ...more })) };
    const rule = ruleOf(`-p tcp -j TPROXY ${args}`, { table: 'mangle' });
    expect(rule.target?.apply(context({ hook: 'prerouting', namespace, packet: { dst: ip('10.9.0.1') } }))).toMatchObject({ kind });
  });

  test.each(['--on-port x', '--on-port 1 --on-ip fd00::1', '--on-ip 1.2.3.4', '--on-port 1 --frob'])('%s is unknown', (args) => {
    const rule = ruleOf(`-p tcp -j TPROXY ${args}`, { table: 'mangle' });
    expect(rule.target?.apply(context())).toMatchObject({ kind: 'unknown' });
  });
});

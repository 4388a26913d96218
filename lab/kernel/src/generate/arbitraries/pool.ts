import fc from 'fast-check';
import type { Extra } from '../../topology.ts';

/** What a family's addresses are drawn from. Both families have the same ones, each in its own numbers. */
export interface Pool {
  readonly six: boolean;
  /** Somebody's, or nobody's, near and far. */
  readonly addresses: readonly string[];
  /** A part of {@link addresses}: where somebody may answer. */
  readonly answering: readonly string[];
  /** Prefixes that have some of them. */
  readonly networks: readonly string[];
  readonly everything: string;
  /** What x may send from. */
  readonly sources: readonly string[];
  readonly ranges: readonly string[];
  /** The router's own. */
  readonly router: readonly [string, string];
  readonly devices: readonly [string, string];
  /** Addresses of x and y besides their own. */
  readonly x: Extra;
  readonly y: Extra;
}

/** 9 (datagrams) and 80 (connections) are served. */
export const PORTS = [9, 10, 80, 81] as const;
export const port = fc.constantFrom(...PORTS);
/** Values and masks of which some fit what {@link marks} may be. */
const masked = fc.constantFrom('1', '0x10/0xf0', '0x2/0x2', '0x40/0x40', '0/0xff');
const bit = fc.constantFrom('0x1', '0x2', '0x10', '0x20', '0x40');
export const marks = { masked, bit };
/** Negation, seldom. */
export const not = fc.constantFrom('', '', '', '! ');

function pool(six: boolean, host: (network: 0 | 1, number: number) => string, far: readonly [string, string, string, string]): Pool {
  const bits = six ? '128' : '32';
  const [farX, farY, farNobody, elsewhere] = far;
  const length = six ? '64' : '24';
  const more = (network: 0 | 1): readonly string[] => [20, 21, 22, 23].map((number) => host(network, number));
  const extra = (network: 0 | 1, lo: string): Extra => ({
    links: [{ kind: 'loopback', name: 'lo', addresses: [`${lo}/${bits}`] }],
    then: more(network).map((address) => `ip addr add ${address}/${length} dev e0${six ? ' nodad' : ''}`),
  });
  return {
    six,
    addresses: [host(0, 1), host(0, 2), host(1, 1), host(1, 2), host(1, 20), host(1, 9), farX, farY, farNobody, elsewhere],
    answering: [host(0, 1), host(0, 2), host(1, 1), host(1, 2), host(1, 20), farX, farY],
    networks: six
      ? ['fd00::/16', 'fd00::/64', 'fd00::20/125', 'fd00:1::2/128', 'fd00:1::/64', 'fd20::/16', 'fd20::/64', 'fd77::7/128']
      : ['10.9.0.0/16', '10.9.0.0/24', '10.9.0.20/31', '10.9.1.2/32', '10.9.1.0/24', '20.0.0.0/8', '20.0.0.0/24', '10.7.7.7/32'],
    everything: six ? '::/0' : '0.0.0.0/0',
    sources: [host(0, 2), host(0, 20), host(0, 21), host(0, 22), host(0, 23), farX],
    ranges: [`${host(0, 1)}-${host(0, 20)}`, `${host(1, 2)}-${host(1, 9)}`, `${host(0, 21)}-${host(0, 23)}`],
    router: [host(0, 1), host(1, 1)],
    devices: ['rx', 'ry'],
    x: extra(0, farX),
    y: extra(1, farY),
  };
}

export const POOL4: Pool = pool(false, (network, number) => `10.9.${String(network)}.${String(number)}`, [
  '20.0.0.1',
  '20.0.1.1',
  '20.0.0.9',
  '10.7.7.7',
]);

export const POOL6: Pool = pool(true, (network, number) => `${network === 0 ? 'fd00::' : 'fd00:1::'}${String(number)}`, [
  'fd20::1',
  'fd20:0:0:1::1',
  'fd20::9',
  'fd77::7',
]);

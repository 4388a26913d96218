import { expect, test } from '@jest/globals';
import { proxyFor } from './proxy.ts';

const PROXY = 'http://proxy:3128';

test.each([
  ['https by HTTPS_PROXY', 'https://api.example.org:6443', { HTTPS_PROXY: PROXY }, PROXY],
  ['lower case', 'https://api.example.org', { https_proxy: PROXY }, PROXY],
  ['a proxy without a scheme', 'https://api.example.org', { HTTPS_PROXY: 'proxy:3128' }, PROXY],
  ['http has a variable of its own', 'http://api.example.org', { HTTPS_PROXY: PROXY }, undefined],
  ['loopback is direct', 'https://127.0.0.1:6443', { HTTPS_PROXY: PROXY }, undefined],
  ['loopback is direct, IPv6', 'https://[::1]:6443', { HTTPS_PROXY: PROXY }, undefined],
  ['localhost is direct', 'https://localhost:6443', { HTTPS_PROXY: PROXY }, undefined],
  ['a domain and what is below it', 'https://a.example.org', { HTTPS_PROXY: PROXY, NO_PROXY: 'example.org' }, undefined],
  ['a domain with a dot in front: only what is below it', 'https://example.org', { HTTPS_PROXY: PROXY, NO_PROXY: '.example.org' }, PROXY],
  ['a name that only ends alike', 'https://badexample.org', { HTTPS_PROXY: PROXY, NO_PROXY: 'example.org' }, PROXY],
  ['an address', 'https://10.0.0.1', { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.1' }, undefined],
  ['a network', 'https://10.1.2.3', { HTTPS_PROXY: PROXY, NO_PROXY: 'x, 10.0.0.0/8' }, undefined],
  ['a network of IPv6', 'https://[fd00::1]', { HTTPS_PROXY: PROXY, NO_PROXY: 'fd00::/8' }, undefined],
  ['a broken network', 'https://10.1.2.3', { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.0/99' }, PROXY],
  ['a port that fits', 'https://a.org:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'a.org:6443' }, undefined],
  ['a port that does not', 'https://a.org:443', { HTTPS_PROXY: PROXY, NO_PROXY: 'a.org:6443' }, PROXY],
  ['everything', 'https://a.org', { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, undefined],
])('%s', (_name, server, env, expected) => {
  expect(proxyFor(new URL(server), env)).toBe(expected);
});

import { BlockList, isIP } from 'node:net';

/**
 * The proxy that Go programs (kubectl) would use for this URL: `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, upper or lower case.
 * Loopback never goes through one. Source: golang.org/x/net/http/httpproxy.
 */
export function proxyFor(server: URL, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const name = server.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = env[name.toUpperCase()] || env[name];
  if (proxy === undefined || proxy === '' || isDirect(server, env['NO_PROXY'] || env['no_proxy'] || '')) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isDirect(server: URL, noProxy: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || (isIP(host) !== 0 && isIn(host, '127.0.0.0/8')) || host === '::1') return true;
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && (entry === '*' || matches(entry, host, port)));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry.includes('/')) return isIP(host) !== 0 && isIn(host, entry);
  const [, name = entry, onPort] = /^(.*?)(?::(\d+))?$/.exec(isIP(entry) === 6 ? '' : entry) ?? [];
  const wanted = isIP(entry) === 6 ? entry : name;
  if (onPort !== undefined && onPort !== port) return false;
  if (isIP(wanted) !== 0) return host === wanted;
  const domain = wanted.replace(/^\*?\./, '');
  const bare = domain === wanted;
  return (bare && host === domain) || host.endsWith(`.${domain}`);
}

function isIn(host: string, cidr: string): boolean {
  const [network = '', bits] = cidr.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const length = Number(bits);
  if (isIP(network) === 0 || !Number.isInteger(length) || length < 0 || length > (family === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, length, family);
  return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

import { type Ip, type Prefix, contains, parsePrefix } from '@skoop/netstack';

const EVERYWHERE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'].flatMap(
  (cidr) => parsePrefix(cidr) ?? [],
);

/** Not of the Internet: the route tables alone decide. User CIDRs of a VPC are among its networks. */
export function isPrivate(networks: readonly Prefix[], ip: Ip): boolean {
  return [...networks, ...EVERYWHERE].some((network) => contains(network, ip));
}

const PLATFORM = parsePrefix('100.64.0.0/10');

/** DNS, metadata, health checks, the proxies of load balancers: reached without a gateway. */
export function isPlatform(ip: Ip): boolean {
  return PLATFORM !== undefined && contains(PLATFORM, ip);
}

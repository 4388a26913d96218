/** IANA protocol numbers that the model treats on their own. */
export const ICMP = 1;
export const IPIP = 4;
export const TCP = 6;
export const UDP = 17;
export const GRE = 47;
export const ICMPV6 = 58;
export const SCTP = 132;

const NAMES: ReadonlyMap<number, string> = new Map([
  [ICMP, 'icmp'],
  [IPIP, 'ipencap'],
  [TCP, 'tcp'],
  [UDP, 'udp'],
  [GRE, 'gre'],
  [50, 'esp'],
  [51, 'ah'],
  [ICMPV6, 'ipv6-icmp'],
  [SCTP, 'sctp'],
  [136, 'udplite'],
]);
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...[...NAMES].map(([number, name]) => [name, number] as const),
  ['icmpv6', ICMPV6],
  ['ipip', IPIP],
]);

/** The name that iptables prints (`tcp`, `ipv6-icmp`), or the number as text. */
export function protocolName(protocol: number): string {
  return NAMES.get(protocol) ?? String(protocol);
}

/** Reads a name or a number between 0 and 255; `undefined` where it is neither. */
export function parseProtocol(text: string): number | undefined {
  const named = NUMBERS.get(text.toLowerCase());
  if (named !== undefined) return named;
  return /^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : undefined;
}

/** TCP, UDP, SCTP and UDP-Lite have ports; elsewhere a packet's `sport` and `dport` are 0. */
export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP || protocol === SCTP || protocol === 136;
}

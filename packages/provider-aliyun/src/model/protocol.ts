import { parseProtocol } from '@skoop/netstack';

/** `ALL`, a name or an IANA number, in any case of letters. `ICMP` is that of IPv4. `undefined`: it can't be read. */
export function parseRuleProtocol(text: string): number | 'all' | undefined {
  if (/^(?:all|-1)$/i.test(text)) return 'all';
  return parseProtocol(text);
}

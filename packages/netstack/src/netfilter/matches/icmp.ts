import { ICMP, ICMPV6 } from '../../packet/protocol.ts';
import type { MatchReader } from '../parse/option.ts';
import { readNumber, readRange, within } from '../parse/values.ts';

function reader(flag: string, protocol: number): MatchReader {
  return {
    family: protocol === ICMP ? 4 : 6,
    options: { [flag]: 1 },
    read: (options) => {
      const option = options.get(flag);
      if (option === undefined) return undefined;
      const [typeText = '', codeText] = (option.values[0] ?? '').split('/', 2);
      const codes = codeText === undefined ? { from: 0, to: 255 } : readRange(codeText, 255, '-');
      // 255 is how the kernel's own structure spells `any`, for IPv4 only.
      const type = typeText === 'any' ? 'any' : readNumber(typeText, 254);
      if (codes === undefined || type === undefined || (type === 'any' && (protocol !== ICMP || codeText !== undefined))) return undefined;
      return ({ packet }) => {
        if (packet.protocol !== protocol || packet.icmp === undefined) return false;
        return (type === 'any' || (packet.icmp.type === type && within(codes, packet.icmp.code))) !== option.negated;
      };
    },
  };
}

export const icmp = reader('--icmp-type', ICMP);
export const icmp6 = reader('--icmpv6-type', ICMPV6);

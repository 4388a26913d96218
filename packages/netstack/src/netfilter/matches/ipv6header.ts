import type { Packet } from '../../packet/packet.ts';
import { unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

const HEADERS: ReadonlyMap<string, number> = new Map([
  ['hop-by-hop', 128],
  ['ipv6-opts', 64],
  ['ipv6-route', 32],
  ['ipv6-frag', 16],
  ['ah', 8],
  ['esp', 4],
  ['ipv6-nonxt', 2],
  ['protocol', 1],
]);

/** The model's packets have no extension headers: what is in them is the protocol, or nothing; what follows an AH is unknown. */
function headersOf({ protocol }: Packet): number | undefined {
  switch (protocol) {
    case 50:
      return 4;
    case 51:
      return undefined;
    case 59:
      return 2;
    default:
      return 1;
  }
}

/** linux: `ip6t_ipv6header.c`. `--soft` asks whether one of them is there, else it must be these and no others. */
export const ipv6header: MatchReader = {
  family: 6,
  options: { '--header': 1, '--soft': 0 },
  read: (options) => {
    const option = options.get('--header');
    const bits = option?.values[0]?.split(',').map((name) => HEADERS.get(name)) ?? [];
    if (option === undefined || bits.includes(undefined)) return undefined;
    const wanted = bits.reduce<number>((sum, bit) => sum | (bit ?? 0), 0);
    const isSoft = options.has('--soft');
    return ({ packet }) => {
      const there = headersOf(packet);
      if (there === undefined) return unknown('ipv6header of a packet with AH');
      if (isSoft) return ((there ^ wanted ^ (option.negated ? 0xff : 0)) & wanted) === 0;
      return (there === wanted) !== option.negated;
    };
  },
};

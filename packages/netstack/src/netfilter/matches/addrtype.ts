import { familyOf } from '../../address/ip.ts';
import { missingTopic } from '../../namespace/lookup.ts';
import { addressType } from '../address-type.ts';
import { type Test, all, inverted, unknown } from '../logic.ts';
import type { MatchContext, MatchResult } from '../model.ts';
import type { MatchReader } from '../parse/option.ts';

const TYPES = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
];

/** IPv4 asks table local; a type that only another table could give never fits. */
function fits4(context: MatchContext, side: 'src' | 'dst', types: readonly string[], device: string | undefined): MatchResult {
  return types.includes(addressType(context.namespace, context.packet[side], device));
}

/** IPv6 looks the address up like a packet, and the types add up instead of being alternatives (linux: `match_type6`). */
function fits6(context: MatchContext, side: 'src' | 'dst', types: readonly string[], device: string | undefined): MatchResult {
  const ip = context.packet[side];
  const type = addressType(context.namespace, ip, device);
  if (types.includes('MULTICAST') && type !== 'MULTICAST') return false;
  if (types.includes('UNICAST') && (type === 'MULTICAST' || ip === 0n)) return false;
  const rest = types.filter((name) => name !== 'MULTICAST' && name !== 'UNICAST');
  if (rest.length === 0) return true;
  if (rest.length === 1 && rest[0] === 'LOCAL') return type === 'LOCAL';
  return unknown(`addrtype ${types.join(',')} in IPv6`);
}

export const addrtype: MatchReader = {
  options: { '--src-type': 1, '--dst-type': 1, '--limit-iface-in': 0, '--limit-iface-out': 0 },
  read: (options) => {
    const limit = options.has('--limit-iface-in') ? 'iif' : options.has('--limit-iface-out') ? 'oif' : undefined;
    if (options.has('--limit-iface-in') && options.has('--limit-iface-out')) return undefined;
    const tests: Test[] = [];
    for (const [name, side] of [
      ['--src-type', 'src'],
      ['--dst-type', 'dst'],
    ] as const) {
      const option = options.get(name);
      if (option === undefined) continue;
      const types = (option.values[0] ?? '').split(',');
      if (!types.every((type) => TYPES.includes(type))) return undefined;
      const test: Test = (context) => {
        if (missingTopic(context.namespace, 'routes') !== undefined) return unknown('addrtype without a routing table');
        const device = limit === undefined ? undefined : context[limit];
        return familyOf(context.packet[side]) === 4 ? fits4(context, side, types, device) : fits6(context, side, types, device);
      };
      tests.push(inverted(option.negated, test));
    }
    return tests.length === 0 ? undefined : all(tests);
  },
};

import type { RejectWith } from '../model.ts';
import type { TargetReader } from '../parse/option.ts';

const ICMP: Readonly<Record<string, number>> = {
  'icmp-net-unreachable': 0,
  'icmp-host-unreachable': 1,
  'icmp-proto-unreachable': 2,
  'icmp-port-unreachable': 3,
  'icmp-net-prohibited': 9,
  'icmp-host-prohibited': 10,
  'icmp-admin-prohibited': 13,
};

const ICMPV6: Readonly<Record<string, number>> = {
  'icmp6-no-route': 0,
  'icmp6-adm-prohibited': 1,
  'icmp6-addr-unreachable': 3,
  'icmp6-port-unreachable': 4,
  'icmp6-policy-fail': 5,
  'icmp6-reject-route': 6,
};

/** ICMP type 3, or ICMPv6 type 1, with the code of that name; the port is unreachable where none is named. */
export const reject: TargetReader = {
  options: { '--reject-with': 1 },
  read: (options, family) => {
    if (options.anyNegated) return undefined;
    const name = options.value('--reject-with') ?? (family === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable');
    const codes = family === 4 ? ICMP : ICMPV6;
    const code = Object.hasOwn(codes, name) ? codes[name] : undefined;
    if (name !== 'tcp-reset' && code === undefined) return undefined;
    const answer: RejectWith = code === undefined ? { kind: 'tcp-reset' } : { kind: 'icmp', type: family === 4 ? 3 : 1, code };
    return () => ({ kind: 'reject', with: answer });
  },
};

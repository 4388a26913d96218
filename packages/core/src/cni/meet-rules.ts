import {
  type ChainVerdict,
  type Chooser,
  type HookedChain,
  type Hook,
  type NetworkNamespace,
  type Packet,
  Protocol,
  type Source,
  TcpFlag,
  walkChain,
} from '@skoop/netstack';

/** What becomes of a packet in a chain. */
export interface Met {
  /** `undefined`: that can't be told, for a rule that is not understood or was not read stands in its way. */
  readonly verdict: ChainVerdict | undefined;
  /** The rule, or the policy, that decided. */
  readonly by: Source | undefined;
}

/**
 * Leads the first packet of a conversation through a chain, to judge rules by what they do instead of by their words. Rules that fit by
 * chance (`statistic`) do not.
 *
 * @param chain of any kind: one that the kernel does not call itself is entered at its first rule
 */
export function meetRules(
  namespace: NetworkNamespace,
  { table, chain }: HookedChain,
  hook: Hook,
  packet: Pick<Packet, 'src' | 'dst' | 'protocol' | 'sport' | 'dport'>,
  devices: { readonly iif?: string; readonly oif?: string },
): Met {
  let isUnsure = false;
  const chooser: Chooser = {
    chance: () => false,
    pick: (options) => options[0] as (typeof options)[number],
    unknown: (_construct, _sources, options) => {
      isUnsure = true;
      return options[0] as (typeof options)[number];
    },
  };
  const context = {
    packet: { ...packet, tcpFlags: packet.protocol === Protocol.TCP ? TcpFlag.SYN : 0, ttl: 63, length: 60, df: true, tos: 0, mark: 0 },
    hook,
    namespace,
    iif: devices.iif ?? '',
    oif: devices.oif ?? '',
    bridge: undefined,
    tracking: { state: 'NEW', entry: undefined, direction: 'original' },
    socket: undefined,
    nextHop: undefined,
  } as const;
  const { verdict, evidence } = walkChain(table, chain, context, chooser);
  return isUnsure ? { verdict: undefined, by: undefined } : { verdict, by: evidence.at(-1) };
}

import type { Source } from '../source.ts';

/** What the packet model can name as a reason. The text that a person reads is made above, from code and details. */
export const FINDING_CODES = [
  'ROUTE_MISSING',
  'ROUTE_BLACKHOLE',
  'ROUTE_UNREACHABLE',
  'ROUTE_PROHIBIT',
  'ROUTE_RULE_REFUSES',
  'ROUTE_LOOP',
  'ROUTE_TTL_EXCEEDED',
  'ROUTE_MARTIAN_SOURCE',
  'ROUTE_MARTIAN_DESTINATION',
  'ROUTE_SOURCE_REFUSED',
  'SYSCTL_FORWARDING_OFF',
  'SYSCTL_RP_FILTER',
  'SYSCTL_ROUTE_LOCALNET_OFF',
  'NEIGHBOUR_UNRESOLVED',
  'NEIGHBOUR_WRONG_MAC',
  'LINK_DOWN',
  'LINK_NO_CARRIER',
  'LINK_NO_PEER',
  'BRIDGE_PORT_NOT_FORWARDING',
  'BRIDGE_HAIRPIN_OFF',
  'BRIDGE_PORT_ISOLATED',
  'BRIDGE_VLAN_REFUSED',
  'BRIDGE_NO_PORT',
  'TUNNEL_FDB_MISSING',
  'TUNNEL_VNI_UNKNOWN',
  'NETFILTER_DROP',
  'NETFILTER_REJECT',
  'NETFILTER_POLICY_DROP',
  'IPVS_NO_SERVER',
  'NAT_NO_ADDRESS',
  'NAT_REPLY_MISMATCH',
  'SOCKET_NOT_LISTENING',
  'MTU_EXCEEDED',
  'MODEL_DEVICE_DROP',
  'MODEL_UNSUPPORTED',
  'MODEL_FORK_LIMIT',
  'COLLECT_ARTIFACT_MISSING',
  'COLLECT_NODE_MISSING',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

/** A fact of one namespace that decides, with its evidence. */
export interface Finding {
  readonly code: FindingCode;
  readonly host: string;
  /** {@link NetworkNamespace.id}, or '' where the host itself is not there. */
  readonly namespace: string;
  readonly evidence: readonly Source[];
  /** Values for the sentence that is made of it, by name: `device`, `destination`, `chain`, `construct`, … */
  readonly details: Readonly<Record<string, string>>;
}

import type { NetNodeRef } from '../contracts/net-node.ts';
import type { Packet } from '../contracts/packet.ts';
import type { TransmissionAction } from '../contracts/packet-path.ts';
import { LEVELS, type Suspicion } from '../contracts/suspicion.ts';
import { type Diagnosis, refKey } from './diagnosis.ts';

/** What KubeSkoop's `--format json` prints, so that scripts written for it still run. Levels are numbers: 0 INFO to 3 FATAL. */
export interface KubeskoopSummary {
  readonly cluster: { readonly suspicions: readonly KubeskoopSuspicion[] };
  readonly nodes: readonly KubeskoopNode[];
  readonly links: readonly KubeskoopLink[];
}

interface KubeskoopSuspicion {
  readonly level: number;
  readonly message: string;
}

interface KubeskoopNode {
  readonly id: string;
  readonly type: string;
  readonly suspicions: readonly KubeskoopSuspicion[];
  /** By the id of the link that the packet came in by; '' where it begins. */
  readonly actions: Readonly<Record<string, { readonly type: string }>>;
}

interface KubeskoopLink {
  readonly id: string;
  readonly source: string;
  readonly source_attributes: Readonly<Record<string, string>>;
  readonly destination_attributes: Readonly<Record<string, string>>;
  readonly destination: string;
  readonly type: string;
  readonly action: string;
  readonly packet: { readonly source: string; readonly destination: string; readonly dport: number; readonly protocol: string };
}

/** `-o kubeskoop`: the way there as KubeSkoop shows it. It has no reply, no probabilities and no evidence. */
export function toKubeskoop(diagnosis: Diagnosis): KubeskoopSummary {
  const drawn = new Set(diagnosis.graph.nodes.map(refKey));
  const of = (ref: NetNodeRef): readonly KubeskoopSuspicion[] =>
    diagnosis.suspicions.filter(({ on }) => refKey(on) === refKey(ref)).map(plain);
  const links = new Map<string, KubeskoopLink>();
  const actions = new Map<string, Map<string, { readonly type: string }>>();
  for (const { direction, hops } of diagnosis.paths) {
    if (direction === 'reply') continue;
    let arrival = '';
    for (const [index, hop] of hops.entries()) {
      const own = actions.get(refKey(hop.node)) ?? new Map<string, { readonly type: string }>();
      actions.set(refKey(hop.node), own.set(arrival, { type: hop.action }));
      const next = hops[index + 1];
      const packet = hop.out?.packet ?? next?.in?.packet;
      if (next === undefined || packet === undefined) continue;
      const link = linkOf(hop.node, next.node, hop.out?.interface, next.in?.interface, packet, hop.action);
      links.set(link.id, link);
      arrival = link.id;
    }
  }
  return {
    cluster: { suspicions: diagnosis.suspicions.filter(({ on }) => !drawn.has(refKey(on))).map(plain) },
    nodes: diagnosis.graph.nodes.map((node) => ({
      id: node.id,
      type: node.type,
      suspicions: of(node),
      actions: Object.fromEntries(actions.get(refKey(node)) ?? []),
    })),
    links: [...links.values()],
  };
}

function plain({ level, message }: Suspicion): KubeskoopSuspicion {
  return { level: LEVELS.indexOf(level), message };
}

function linkOf(
  from: NetNodeRef,
  to: NetNodeRef,
  out: string | undefined,
  into: string | undefined,
  packet: Packet,
  action: TransmissionAction,
): KubeskoopLink {
  const inner = packet.encap ?? packet;
  return {
    id: `${refKey(from)} ${refKey(to)} ${inner.dst}`,
    source: from.id,
    source_attributes: attributes(out),
    destination_attributes: attributes(into),
    destination: to.id,
    type: packet.encap !== undefined ? 'vxlan' : from.type === 'pod' || to.type === 'pod' ? 'veth' : 'infra',
    action,
    packet: { source: inner.src, destination: inner.dst, dport: inner.dport, protocol: inner.protocol },
  };
}

function attributes(device: string | undefined): Readonly<Record<string, string>> {
  return device === undefined || device === '' ? {} : { interface: device };
}

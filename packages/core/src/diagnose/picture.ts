import type { Hop } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { NetNode, NetNodeRef } from '../contracts/net-node.ts';
import type { Endpoint, Packet } from '../contracts/packet.ts';
import type { Graph, Link, Path, Transmission, TransmissionAction } from '../contracts/packet-path.ts';
import { refKey } from '../report/diagnosis.ts';
import type { Conversation, Stop, Way } from './conversation.ts';
import { plainPacket } from './packets.ts';
import { podOf, refOf } from './places.ts';
import { sayStep } from './say-step.ts';

/** Conversations as paths: each way there, followed by its way back. */
export function pathsOf(cluster: Cluster, conversations: readonly Conversation[], source: Endpoint): readonly Path[] {
  const paths: Path[] = [];
  const isFromOutside = source.kind !== 'pod' && source.kind !== 'node';
  for (const { verdict, probability, forward, reply } of conversations) {
    const index = paths.length;
    // The way there carries the verdict of both, where no way back is drawn for it.
    const own = reply === undefined ? verdict : forward.verdict;
    paths.push({
      verdict: own,
      probability: probability ?? null,
      direction: 'forward',
      hops: hops(cluster, forward, isFromOutside ? source.ip : undefined, forward.verdict === 'delivered'),
    });
    if (reply === undefined) continue;
    // A reply that arrived is judged with the conversation: the cloud's silence about it counts as well.
    const back = reply.verdict === 'delivered' && verdict === 'unknown' && forward.verdict === 'delivered' ? 'unknown' : reply.verdict;
    paths.push({
      verdict: back,
      probability: probability ?? null,
      direction: 'reply',
      replyTo: index,
      hops: hops(cluster, reply, undefined, reply.verdict === 'delivered'),
    });
  }
  return paths;
}

function hops(cluster: Cluster, way: Way, from: string | undefined, isThrough: boolean): readonly Transmission[] {
  const list = way.stops.map((stop) => transmission(cluster, stop));
  const [first] = list;
  if (from !== undefined && first !== undefined)
    list.unshift({
      node: { type: 'external', id: from },
      action: 'send',
      ...(first.in === undefined ? {} : { out: { interface: '', packet: first.in.packet } }),
      steps: [],
    });
  const last = way.crossings.at(-1);
  if (isThrough && last !== undefined && last.to === undefined && way.received === undefined) {
    const packet = plainPacket(last.edge.packet);
    list.push({
      node: { type: 'external', id: packet.dst },
      action: 'serve',
      in: { interface: '', packet },
      steps: [{ kind: 'deliver', summary: 'outside of what can be seen: counts as received', evidence: [] }],
    });
  }
  return list;
}

function transmission(cluster: Cluster, stop: Stop): Transmission {
  switch (stop.kind) {
    case 'hop': {
      const { hop } = stop;
      return {
        node: refOf(cluster, hop.host, hop.namespace),
        action: actionOf(hop),
        ...(hop.in === undefined ? {} : { in: { interface: hop.in.device, packet: plainPacket(hop.in.packet) } }),
        ...(hop.out === undefined ? {} : { out: { interface: hop.out.device, packet: plainPacket(hop.out.packet) } }),
        steps: hop.steps.map((step) => ({ kind: step.kind, summary: sayStep(step), evidence: step.evidence })),
      };
    }
    case 'cloud':
      return { node: { type: stop.node.type, id: stop.node.id }, action: 'forward', steps: [] };
    case 'unseen':
      return { node: stop.node, action: 'unknown', steps: [] };
    default:
      return stop satisfies never;
  }
}

/** A node that translates the destination plays the Service. */
function actionOf(hop: Hop): TransmissionAction {
  const translates = hop.steps.some((step) => step.kind === 'nat' && step.manip === 'destination' && !step.restored);
  return hop.action === 'forward' && translates ? 'service' : hop.action;
}

/** The union of all paths. */
export function graphOf(cluster: Cluster, paths: readonly Path[], conversations: readonly Conversation[]): Graph {
  const nodes = new Map<string, NetNode>();
  const links = new Map<string, Link>();
  const labels = new Map<string, string>();
  for (const { forward, reply } of conversations)
    for (const way of [forward, reply])
      for (const stop of way?.stops ?? [])
        if (stop.kind === 'cloud' && stop.node.label !== undefined) labels.set(refKey(stop.node), stop.node.label);
  for (const { hops: stations } of paths) {
    // Through the cloud the packet is as it was when it was last seen.
    let carried: Packet | undefined;
    for (const [index, { node, out }] of stations.entries()) {
      carried = out?.packet ?? carried;
      const label = labels.get(refKey(node)) ?? labelOf(cluster, node);
      nodes.set(refKey(node), { ...node, ...(label === undefined ? {} : { label }) });
      const next = stations[index + 1];
      const packet = out?.packet ?? next?.in?.packet ?? carried;
      if (next === undefined || packet === undefined || refKey(next.node) === refKey(node)) continue;
      const type = linkType(node, next.node, packet);
      const id = `${refKey(node)} ${refKey(next.node)} ${type}`;
      if (!links.has(id)) links.set(id, { from: node, to: next.node, type, packet });
    }
  }
  return { nodes: [...nodes.values()], links: [...links.values()] };
}

function linkType(from: NetNodeRef, to: NetNodeRef, packet: Packet): string {
  if (packet.encap !== undefined) return 'vxlan';
  return from.type === 'pod' || to.type === 'pod' ? 'veth' : 'wire';
}

function labelOf(cluster: Cluster, ref: NetNodeRef): string | undefined {
  if (ref.type === 'pod') return podOf(cluster, ref)?.status.podIPs[0];
  if (ref.type === 'node')
    return cluster.nodes.find(({ metadata }) => metadata.name === ref.id)?.status.addresses.find(({ type }) => type === 'InternalIP')
      ?.address;
  return undefined;
}

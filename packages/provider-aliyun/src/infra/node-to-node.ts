import type { InfraOptions, InfraResult, Node, Packet } from '@skoop/core';
import { flowOf, isAnswer } from '../judge/flow.ts';
import { checkAddress, checkInstance } from './check-instance.ts';
import { type Guarded, checkGroups } from './check-groups.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, attempt, conclude } from './finding.ts';
import { type Place, placeOf } from './place.ts';

/** A packet from one node to another, as the cloud sees it: a tunnel's outer one. */
export async function nodeToNode(cloud: Cloud, src: Node, dst: Node, packet: Packet, { direction }: InfraOptions): Promise<InfraResult> {
  const flow = flowOf(packet);
  if (flow === undefined) return { outcome: 'unknown', suspicions: [] };
  let from: Place | undefined;
  let to: Place | undefined;
  const placed = await attempt(async () => {
    const [sender, receiver] = await Promise.all([placeOf(cloud, src, flow.src), placeOf(cloud, dst, flow.dst)]);
    if (sender.kind === 'place') from = sender.place;
    if (receiver.kind === 'place') to = receiver.place;
    return [sender, receiver].flatMap((result) => (result.kind === 'none' ? result.findings : []));
  });
  const [sender, receiver] = [from, to];
  const isNew = !isAnswer(direction, packet);
  const looks: Promise<readonly Finding[]>[] = [];
  if (sender !== undefined) {
    looks.push(Promise.resolve([...checkInstance(sender), ...checkAddress(sender, flow.src, 'source')]));
    if (isNew) looks.push(attempt(() => checkGroups(cloud, 'egress', guardedOf(sender), flow, receiver?.eni)));
  }
  if (receiver !== undefined) {
    looks.push(Promise.resolve([...checkInstance(receiver), ...checkAddress(receiver, flow.dst, 'destination')]));
    if (isNew) looks.push(attempt(() => checkGroups(cloud, 'ingress', guardedOf(receiver), flow, sender?.eni)));
  }
  const findings = [placed, ...(await Promise.all(looks))].flat();
  return conclude(findings);
}

export function guardedOf({ region, eni, node, enis }: Place): Guarded {
  return { region, eni, whose: `node ${node.metadata.name}`, enis };
}

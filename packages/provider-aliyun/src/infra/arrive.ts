import type { Node } from '@skoop/core';
import type { Flow } from '../judge/flow.ts';
import type { Eni } from '../model/interface.ts';
import type { VSwitch } from '../model/vpc.ts';
import { checkAcl } from './check-acl.ts';
import { checkGroups } from './check-groups.ts';
import { type Cloud, nodeOfInstance } from './cloud.ts';
import { type Finding, attempt } from './finding.ts';

/** An interface of the VPC that a packet arrives at, of a node or of something else. */
export interface Arrival {
  readonly region: string;
  readonly eni: Eni;
  readonly enis: readonly Eni[];
  readonly vSwitches: readonly VSwitch[];
  /** The interface that it comes from, where there is one in the VPC. */
  readonly from: Eni | undefined;
  readonly isNew: boolean;
}

/** The ACL and the groups at the end of a packet's way. */
export async function checkArrival(cloud: Cloud, arrival: Arrival, flow: Flow): Promise<readonly Finding[]> {
  const { region, eni, enis, from, isNew } = arrival;
  const vSwitch = arrival.vSwitches.find(({ id }) => id === eni.vSwitch);
  const looks: Promise<readonly Finding[]>[] = [];
  const isInside = from?.vSwitch === eni.vSwitch;
  if (vSwitch !== undefined) looks.push(attempt(() => checkAcl(cloud, { region, vSwitch, direction: 'ingress', isInside }, flow)));
  if (isNew) looks.push(attempt(() => checkGroups(cloud, 'ingress', { region, eni, whose: whoseEni(cloud, eni), enis }, flow, from)));
  return (await Promise.all(looks)).flat();
}

export function nodeOfEni(cloud: Cloud, eni: Eni): Node | undefined {
  return eni.instance === '' ? undefined : nodeOfInstance(cloud, eni.instance);
}

function whoseEni(cloud: Cloud, eni: Eni): string {
  const node = nodeOfEni(cloud, eni);
  if (node !== undefined) return `node ${node.metadata.name}`;
  return eni.instance === '' ? 'no node of the cluster' : `${eni.instance}, no node of the cluster`;
}

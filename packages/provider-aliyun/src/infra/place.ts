import type { Node } from '@skoop/core';
import type { Ip } from '@skoop/netstack';
import type { Instance } from '../model/instance.ts';
import { type Eni, eniOfAddress, ownsAddress, primaryEni, readEnis } from '../model/interface.ts';
import { ecsIdOfNode } from '../model/provider-id.ts';
import { type VSwitch, readVSwitches } from '../model/vpc.ts';
import { instanceMissing, interfaceMissing, nodeUnknown } from '../say/places.ts';
import { type Cloud, instancesOf } from './cloud.ts';
import { type Finding, unclear } from './finding.ts';

/** Where a packet enters or leaves the cloud's network: an interface of an instance. */
export interface Place {
  readonly node: Node;
  readonly region: string;
  readonly instance: Instance;
  readonly eni: Eni;
  readonly vSwitch: VSwitch;
  /** Every interface of its VPC, and every vSwitch. */
  readonly enis: readonly Eni[];
  readonly vSwitches: readonly VSwitch[];
}

export type PlaceResult =
  { readonly kind: 'place'; readonly place: Place } | { readonly kind: 'none'; readonly findings: readonly Finding[] };

/**
 * The interface by which a node sends from `address`, or gets what is for it: the one that has it (a pod of Terway has one of its own), else the
 * primary one. Rejects with ReadFailure.
 */
export async function placeOf(cloud: Cloud, node: Node, address: Ip): Promise<PlaceResult> {
  const id = ecsIdOfNode(node);
  if (id === undefined) return none(unclear(nodeUnknown(node)));
  const instance = (await instancesOf(cloud, id.region)).get(id.instance);
  if (instance === undefined) return none(unclear(instanceMissing(node, id)));
  const [enis, vSwitches] = await Promise.all([
    readEnis(cloud.reader, id.region, instance.vpc),
    readVSwitches(cloud.reader, id.region, instance.vpc),
  ]);
  const holder = eniOfAddress(enis, address);
  const eni = holder?.instance === instance.id ? holder : primaryEni(enis, instance.id);
  const vSwitch = vSwitches.find((candidate) => candidate.id === eni?.vSwitch);
  if (eni === undefined || vSwitch === undefined) return none(unclear(interfaceMissing(node, instance)));
  return { kind: 'place', place: { node, region: id.region, instance, eni, vSwitch, enis, vSwitches } };
}

function none(finding: Finding): PlaceResult {
  return { kind: 'none', findings: [finding] };
}

/** The address is one of the interface itself, of a prefix delegated to it, or neither: a pod's behind the node. */
export function ownership(place: Place, address: Ip): 'address' | 'prefix' | undefined {
  return ownsAddress(place.eni, address);
}

import type { InfraForward, InfraOptions, InfraResult, NetNode, Node, Packet } from '@skoop/core';
import { familyOf, formatIp } from '@skoop/netstack';
import { type Flow, flowOf, isAnswer } from '../judge/flow.ts';
import { isPrivate } from '../judge/private.ts';
import { readEgressOnly, readIpv6Addresses } from '../model/gateways.ts';
import { eniOfAddress } from '../model/interface.ts';
import { forwardFor, readForwardEntries, readNatGateways } from '../model/nat.ts';
import { readVpc } from '../model/vpc.ts';
import { arrivalUnseen, egressOnly, ipv6NotPublic } from '../say/internet.ts';
import { checkArrival, nodeOfEni } from './arrive.ts';
import { checkGroups } from './check-groups.ts';
import { checkAddress, checkInstance } from './check-instance.ts';
import { checkEip } from './check-internet.ts';
import type { Cloud } from './cloud.ts';
import { type Finding, attempt, conclude, drops, unclear } from './finding.ts';
import { type Place, placeOf } from './place.ts';
import { privateAddressOf } from './public-address.ts';

/** A packet from outside of the cluster that arrives at a node: by a public address, by an entry of a NAT gateway, or by a private way. */
export async function externalToNode(cloud: Cloud, dst: Node, packet: Packet, { direction }: InfraOptions): Promise<InfraResult> {
  const flow = flowOf(packet);
  if (flow === undefined) return { outcome: 'unknown', suspicions: [] };
  const isNew = !isAnswer(direction, packet);
  let entry: Entry = { findings: [], hops: [], forwards: [] };
  const findings = await attempt(async () => {
    const result = await placeOf(cloud, dst, flow.dst);
    if (result.kind === 'none') return result.findings;
    entry = await enter(cloud, result.place, flow, packet, isNew);
    return entry.findings;
  });
  return conclude(findings, entry);
}

interface Entry {
  readonly findings: readonly Finding[];
  readonly hops: readonly NetNode[];
  readonly forwards: readonly InfraForward[];
}

async function enter(cloud: Cloud, place: Place, flow: Flow, packet: Packet, isNew: boolean): Promise<Entry> {
  const bound = privateAddressOf(place, flow.dst);
  if (bound !== undefined) {
    const inner: Flow = { ...flow, dst: bound.private };
    const [eip, end] = await Promise.all([attempt(() => checkEip(cloud, place, bound.bound)), atInterface(cloud, place, inner, isNew)]);
    return {
      findings: [...eip, ...end],
      hops: [{ type: 'eip', id: bound.bound.allocation || formatIp(flow.dst), label: formatIp(flow.dst) }],
      forwards: [{ packet: { ...packet, dst: formatIp(bound.private) }, to: place.node.metadata.name, probability: 1 }],
    };
  }
  const vpc = await readVpc(cloud.reader, place.region, place.instance.vpc);
  const networks = vpc?.networks ?? [];
  if (!isPrivate(networks, flow.dst)) return byNat(cloud, place, flow, packet, isNew);
  if (familyOf(flow.dst) === 6 && !isPrivate([], flow.dst) && !isPrivate(networks, flow.src))
    return { ...NOWHERE, findings: await enterBy6(cloud, place, flow, isNew) };
  const end = await atInterface(cloud, place, flow, isNew);
  // Another machine of the VPC needs no way into it; its own groups let it speak or not.
  const sender = eniOfAddress(place.enis, flow.src);
  if (sender !== undefined) {
    const { region, enis } = place;
    const whose = `${sender.instance === '' ? sender.id : sender.instance}, no node of the cluster`;
    const out = isNew ? await attempt(() => checkGroups(cloud, 'egress', { region, eni: sender, whose, enis }, flow, place.eni)) : [];
    return { ...NOWHERE, findings: [...out, ...end] };
  }
  return { ...NOWHERE, findings: [...end, unclear(arrivalUnseen(place, flow.src, flow.dst, !isPrivate(networks, flow.src)))] };
}

const NOWHERE: Entry = { findings: [], hops: [], forwards: [] };

async function atInterface(cloud: Cloud, place: Place, flow: Flow, isNew: boolean): Promise<readonly Finding[]> {
  const { region, eni, enis, vSwitches } = place;
  const from = eniOfAddress(enis, flow.src);
  const checked = await checkArrival(cloud, { region, eni, enis, vSwitches, from, isNew }, flow);
  return [...checkInstance(place), ...checkAddress(place, flow.dst, 'destination'), ...checked];
}

/** A public address that is nobody's here may be a NAT gateway's, which sends some ports on. */
async function byNat(cloud: Cloud, place: Place, flow: Flow, packet: Packet, isNew: boolean): Promise<Entry> {
  const { region, instance, enis, vSwitches } = place;
  const gateways = await readNatGateways(cloud.reader, region, instance.vpc);
  for (const gateway of gateways) {
    const found = forwardFor(await readForwardEntries(cloud.reader, region, gateway.id), flow.dst, flow.protocol, flow.dport);
    if (found === undefined) continue;
    const eni = eniOfAddress(enis, found.internal);
    const node = eni === undefined ? undefined : nodeOfEni(cloud, eni);
    const inner: Flow = { ...flow, dst: found.internal, dport: found.port };
    const end = eni === undefined ? [] : await checkArrival(cloud, { region, eni, enis, vSwitches, from: undefined, isNew }, inner);
    return {
      findings: end,
      hops: [{ type: 'nat-gateway', id: gateway.id, label: formatIp(flow.dst) }],
      forwards:
        node === undefined
          ? []
          : [{ packet: { ...packet, dst: formatIp(found.internal), dport: found.port }, to: node.metadata.name, probability: 1 }],
    };
  }
  return { ...NOWHERE, findings: [unclear(arrivalUnseen(place, flow.src, flow.dst, true))] };
}

async function enterBy6(cloud: Cloud, place: Place, flow: Flow, isNew: boolean): Promise<readonly Finding[]> {
  const { region, instance } = place;
  const addresses = await readIpv6Addresses(cloud.reader, region, instance.vpc);
  const own = addresses.find(({ address }) => address === flow.dst);
  const rules = own === undefined || own.gateway === '' ? [] : await readEgressOnly(cloud.reader, region, own.gateway);
  return [
    ...(own?.isPublic === true ? [] : [drops(ipv6NotPublic(place, flow.dst))]),
    ...(own !== undefined && rules.includes(own.id) && isNew ? [drops(egressOnly(place, flow.dst))] : []),
    ...(await atInterface(cloud, place, flow, isNew)),
  ];
}

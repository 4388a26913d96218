import type { Cluster, Service } from '@skoop/core';
import { ReadFailure } from './api/failure.ts';
import type { Reader } from './api/reader.ts';
import { balancerOf } from './infra/balancer-of.ts';
import { accessListOf, listenersOf, serversBehind, unwellOf } from './infra/balancer-parts.ts';
import { type Cloud, instancesOf, regionsOf } from './infra/cloud.ts';
import { listsOfGroups, listsOfTargets } from './infra/lists.ts';
import type { Balancer, Listener } from './model/balancer.ts';
import { readEip } from './model/eip.ts';
import { hasIpv4Gateway, readEgressOnly, readIpv6Addresses } from './model/gateways.ts';
import { readHaVips } from './model/havip.ts';
import type { Instance } from './model/instance.ts';
import { type Eni, readEnis } from './model/interface.ts';
import { readForwardEntries, readNatGateways, readSnatEntries } from './model/nat.ts';
import { readNetworkAcl } from './model/network-acl.ts';
import { readRoutes } from './model/route-table.ts';
import { readSecurityGroup } from './model/security-group.ts';
import { readVSwitches, readVpc } from './model/vpc.ts';

/**
 * Reads all that any question about the cluster may need: the regions of its nodes, their VPCs, what is in these, and the balancers of its
 * Services. What comes of each read is kept by the reader; one that fails hinders no other.
 */
export async function readEverything(reader: Reader, cluster: Cluster): Promise<void> {
  const cloud: Cloud = { reader, cluster };
  const balanced = cluster.services.filter(({ spec }) => spec.type === 'LoadBalancer');
  await together(
    () => each(regionsOf(cluster), (region) => readRegion(cloud, region)),
    () => each(balanced, (service) => readBalancer(cloud, service)),
  );
}

async function readRegion(cloud: Cloud, region: string): Promise<void> {
  const instances = [...(await instancesOf(cloud, region)).values()];
  const vpcs = [...new Set(instances.map(({ vpc }) => vpc))].filter((vpc) => vpc !== '');
  await each(vpcs, (vpc) =>
    readWholeVpc(
      cloud,
      region,
      vpc,
      instances.filter((instance) => instance.vpc === vpc),
    ),
  );
}

function readWholeVpc(cloud: Cloud, region: string, vpc: string, instances: readonly Instance[]): Promise<void> {
  const { reader } = cloud;
  return together(
    () => readVpc(reader, region, vpc),
    () => hasIpv4Gateway(reader, region, vpc),
    async () => {
      const enis = await readEnis(reader, region, vpc);
      await together(
        () => each(groupsOf(enis, instances), (id) => readGroup(cloud, region, id)),
        () => each(eipsOf(enis, instances), (id) => readEip(reader, region, id)),
      );
    },
    async () => {
      const vSwitches = await readVSwitches(reader, region, vpc);
      await together(
        () => each(distinct(vSwitches.map(({ routeTable }) => routeTable)), (table) => readTable(cloud, region, vpc, table)),
        () => each(distinct(vSwitches.map(({ acl }) => acl)), (acl) => readAcl(cloud, region, acl)),
      );
    },
    async () => {
      const gateways = await readNatGateways(reader, region, vpc);
      await each(gateways, ({ id }) =>
        together(
          () => readSnatEntries(reader, region, id),
          () => readForwardEntries(reader, region, id),
        ),
      );
    },
    async () => {
      const addresses = await readIpv6Addresses(reader, region, vpc);
      await each(distinct(addresses.map(({ gateway }) => gateway)), (gateway) => readEgressOnly(reader, region, gateway));
    },
  );
}

async function readGroup(cloud: Cloud, region: string, id: string): Promise<void> {
  await listsOfGroups(cloud, region, [await readSecurityGroup(cloud.reader, region, id)]);
}

async function readTable(cloud: Cloud, region: string, vpc: string, table: string): Promise<void> {
  const entries = await readRoutes(cloud.reader, region, table);
  await listsOfTargets(
    cloud,
    region,
    entries.map(({ destination }) => destination),
  );
  if (entries.some(({ hops }) => hops.some(({ type }) => type === 'HaVip'))) await readHaVips(cloud.reader, region, vpc);
}

async function readAcl(cloud: Cloud, region: string, id: string): Promise<void> {
  const acl = await readNetworkAcl(cloud.reader, region, id);
  // A question asks for the lists of one direction.
  for (const entries of [acl?.ingress ?? [], acl?.egress ?? []])
    await listsOfTargets(
      cloud,
      region,
      entries.map(({ peer }) => peer),
    );
}

async function readBalancer(cloud: Cloud, service: Service): Promise<void> {
  const balancer = await balancerOf(cloud, service);
  if (balancer === undefined) return;
  const listeners = await listenersOf(cloud, balancer);
  await together(
    () => each(balancer.groups, (id) => readGroup(cloud, balancer.region, id)),
    // Those of the nodes' VPCs are read as it is; a balancer may stand in another.
    async () => {
      if (balancer.vSwitches.length === 0) return;
      const all = await readVSwitches(cloud.reader, balancer.region, balancer.vpc);
      await each(distinct(all.filter(({ id }) => balancer.vSwitches.includes(id)).map(({ acl }) => acl)), (acl) =>
        readAcl(cloud, balancer.region, acl),
      );
    },
    () => each(listeners, (listener) => readListener(cloud, balancer, listener)),
  );
}

function readListener(cloud: Cloud, balancer: Balancer, listener: Listener): Promise<void> {
  return together(
    () => each(listener.acl?.ids ?? [], (id) => accessListOf(cloud, balancer, id)),
    async () => {
      if (listener.servers.kind === 'redirect') return;
      const { checksHealth } = await serversBehind(cloud, balancer, listener);
      if (checksHealth) await unwellOf(cloud, balancer, listener);
    },
  );
}

/** Those of the nodes first: the time may be over before the last. */
function groupsOf(enis: readonly Eni[], instances: readonly Instance[]): readonly string[] {
  const own = new Set(instances.map(({ id }) => id));
  const sorted = [...enis].sort((a, b) => Number(own.has(b.instance)) - Number(own.has(a.instance)));
  return distinct(sorted.flatMap(({ groups }) => groups));
}

function eipsOf(enis: readonly Eni[], instances: readonly Instance[]): readonly string[] {
  const own = new Set(instances.map(({ id }) => id));
  return distinct([
    ...instances.map(({ eip }) => eip?.allocation ?? ''),
    ...enis
      .filter(({ instance }) => own.has(instance))
      .flatMap(({ addresses }) => addresses.map((entry) => entry.public?.allocation ?? '')),
  ]);
}

function distinct(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].filter((id) => id !== '');
}

function each<T>(items: readonly T[], read: (item: T) => Promise<unknown>): Promise<void> {
  return together(...items.map((item) => () => read(item)));
}

/** All at once; what can't be read is known to the reader as such. */
async function together(...reads: readonly (() => Promise<unknown>)[]): Promise<void> {
  await Promise.all(
    reads.map(async (read) => {
      try {
        await read();
      } catch (error) {
        if (!(error instanceof ReadFailure)) throw error;
      }
    }),
  );
}

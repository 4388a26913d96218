import type { Cluster, CustomObject, ObjectEvidence } from '@skoop/core';
import { objectField } from '@skoop/core/cni';
import { type Ip, type Prefix, contains, parsePrefix } from '@skoop/netstack';

/** The CRDs, and what Calico's API server or its newer CRDs serve: whichever is there. */
const GROUPS = ['crd.projectcalico.org', 'projectcalico.org', 'operator.tigera.io'];

/** `undefined`: not known, since the cluster does not have them (etcd datastore) or they could not be read. */
export function objectsOf(cluster: Cluster, resource: string): readonly CustomObject[] | undefined {
  const lists = GROUPS.flatMap((group) => cluster.custom.get(`${resource}.${group}`) ?? []);
  return GROUPS.some((group) => cluster.custom.has(`${resource}.${group}`)) ? lists : undefined;
}

export function specOf({ fields }: CustomObject): Readonly<Record<string, unknown>> {
  return record(fields['spec']);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

export function textField(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

/** A field of the object's spec, whether it is there or not. */
export function specEvidence(object: CustomObject, field: string): ObjectEvidence {
  return objectField(object, `/spec/${field}`, specOf(object)[field] ?? null);
}

export interface Pool {
  readonly name: string;
  readonly cidr: Prefix;
  readonly encapsulation: 'none' | 'ipip' | 'vxlan';
  /** Encapsulated only where the next hop is not on the node's own wire. */
  readonly crossSubnet: boolean;
  readonly natOutgoing: boolean;
  readonly disabled: boolean;
  /** BIRD tells nobody of its blocks. */
  readonly unexported: boolean;
  readonly object: CustomObject;
}

/** Of workloads: pools for load balancers alone are not among them. Those that can't be read are left out. `undefined`: not known. */
export function poolsOf(cluster: Cluster): readonly Pool[] | undefined {
  return objectsOf(cluster, 'ippools')?.flatMap((object): Pool[] => {
    const spec = specOf(object);
    const cidr = parsePrefix(textField(spec, 'cidr') ?? '');
    const uses = spec['allowedUses'];
    if (cidr === undefined || (Array.isArray(uses) && !uses.includes('Workload'))) return [];
    const [ipip, vxlan] = [textField(spec, 'ipipMode') ?? 'Never', textField(spec, 'vxlanMode') ?? 'Never'];
    return [
      {
        name: object.metadata.name,
        cidr,
        encapsulation: vxlan !== 'Never' ? 'vxlan' : ipip !== 'Never' ? 'ipip' : 'none',
        crossSubnet: ipip === 'CrossSubnet' || vxlan === 'CrossSubnet',
        natOutgoing: spec['natOutgoing'] === true,
        disabled: spec['disabled'] === true,
        unexported: spec['disableBGPExport'] === true,
        object,
      },
    ];
  });
}

/** The smallest one counts, should two overlap. */
export function poolOf(pools: readonly Pool[], address: Ip): Pool | undefined {
  return pools.filter(({ cidr }) => contains(cidr, address)).sort((a, b) => (b.cidr.length ?? 0) - (a.cidr.length ?? 0))[0];
}

/** Addresses that a node has for its pods, and routes to which lead to it. */
export interface Block {
  readonly cidr: Prefix;
  readonly node: string;
  readonly evidence: ObjectEvidence;
}

/** By their affinities; where these are not known, by the blocks themselves. */
export function blocksOf(cluster: Cluster): readonly Block[] | undefined {
  const affinities = objectsOf(cluster, 'blockaffinities');
  if (affinities !== undefined && affinities.length > 0)
    return affinities.flatMap((object): Block[] => {
      const spec = specOf(object);
      const cidr = parsePrefix(textField(spec, 'cidr') ?? '');
      const node = textField(spec, 'node');
      const state = textField(spec, 'state') ?? '';
      const isHosts = ['', 'host'].includes(textField(spec, 'type') ?? '');
      // A text in the CRD's own schema.
      const isDeleted = spec['deleted'] === true || spec['deleted'] === 'true';
      return cidr === undefined || node === undefined || state !== 'confirmed' || !isHosts || isDeleted
        ? []
        : [{ cidr, node, evidence: specEvidence(object, 'cidr') }];
    });
  return objectsOf(cluster, 'ipamblocks')?.flatMap((object): Block[] => {
    const spec = specOf(object);
    const cidr = parsePrefix(textField(spec, 'cidr') ?? '');
    const affinity = textField(spec, 'affinity') ?? '';
    return cidr === undefined || !affinity.startsWith('host:') || spec['deleted'] === true
      ? []
      : [{ cidr, node: affinity.slice('host:'.length), evidence: specEvidence(object, 'affinity') }];
  });
}

/** An address that IPAM has given out. Fields are '' where nothing is said. */
export interface Allocation {
  readonly address: Ip;
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  /** `host:node1` of its block; '' where nobody has the block any more. */
  readonly affinity: string;
  readonly evidence: ObjectEvidence;
}

/** Every address that is given out; `undefined` where IPAM is not Calico's, or could not be read. */
export function allocationsOf(cluster: Cluster): ReadonlyMap<Ip, Allocation> | undefined {
  const known = read.get(cluster);
  if (known !== undefined) return known;
  const blocks = objectsOf(cluster, 'ipamblocks');
  if (blocks === undefined || blocks.length === 0) return undefined;
  const found = new Map(readAllocations(blocks).map((allocation) => [allocation.address, allocation]));
  read.set(cluster, found);
  return found;
}

/** Asked for by every node and pod of a cluster, which may have a hundred thousand addresses in use. */
const read = new WeakMap<Cluster, ReadonlyMap<Ip, Allocation>>();

function readAllocations(blocks: readonly CustomObject[]): readonly Allocation[] {
  return blocks.flatMap((object) => {
    const spec = specOf(object);
    const cidr = parsePrefix(textField(spec, 'cidr') ?? '');
    const { allocations, attributes } = spec;
    if (cidr === undefined || !Array.isArray(allocations) || !Array.isArray(attributes)) return [];
    return allocations.flatMap((index: unknown, offset): Allocation[] => {
      if (typeof index !== 'number') return [];
      const { node, namespace, pod } = record(record(attributes[index])['secondary']);
      const text = (value: unknown): string => (typeof value === 'string' ? value : '');
      return [
        {
          address: plus(cidr.address, offset),
          node: text(node),
          namespace: text(namespace),
          pod: text(pod),
          affinity: textField(spec, 'affinity') ?? '',
          evidence: objectField(object, `/spec/attributes/${String(index)}/secondary`, record(attributes[index])['secondary'] ?? null),
        },
      ];
    });
  });
}

/** Addresses in use on a node that does not have their block: each has a route of its own. */
export function borrowedOf(cluster: Cluster): readonly Allocation[] {
  return [...(allocationsOf(cluster)?.values() ?? [])].filter(({ node, affinity }) => node !== '' && affinity !== `host:${node}`);
}

function plus(address: Ip, offset: number): Ip {
  return typeof address === 'number' ? address + offset : address + BigInt(offset);
}

/** How Felix runs on a node: `default`, overruled by `node.NAME`. What its environment says besides is not to be seen. */
export interface Felix {
  readonly bpf: boolean;
  /** `Enabled`, `Disabled`, `Auto`: as kube-proxy does. */
  readonly nftables: string | undefined;
  /** The first is that of new pods. */
  readonly interfacePrefixes: readonly string[];
  readonly vxlanPort: number;
  readonly vxlanVni: number;
  readonly wireguard: boolean;
  readonly wireguardV6: boolean;
}

export function felixOf(cluster: Cluster, node: string | undefined): Felix {
  const all = objectsOf(cluster, 'felixconfigurations') ?? [];
  const named = (name: string) => all.filter(({ metadata }) => metadata.name === name).map(specOf);
  const spec = Object.assign({}, ...named('default'), ...(node === undefined ? [] : named(`node.${node}`))) as Record<string, unknown>;
  const number = (name: string, standard: number): number => (typeof spec[name] === 'number' ? spec[name] : standard);
  return {
    bpf: spec['bpfEnabled'] === true,
    nftables: textField(spec, 'nftablesMode'),
    interfacePrefixes: (textField(spec, 'interfacePrefix') ?? 'cali').split(',').filter((prefix) => prefix !== ''),
    vxlanPort: number('vxlanPort', 4789),
    vxlanVni: number('vxlanVNI', 4096),
    wireguard: spec['wireguardEnabled'] === true,
    wireguardV6: spec['wireguardEnabledV6'] === true,
  };
}

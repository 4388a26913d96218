import type { Node, Suspicion } from '@skoop/core';
import type { Instance } from '../model/instance.ts';
import type { EcsId } from '../model/provider-id.ts';

const providerID = (node: Node) => ({
  object: { kind: 'Node', name: node.metadata.name },
  path: '/spec/providerID',
  value: node.spec.providerID,
});

export function nodeUnknown(node: Node): Suspicion {
  const { name } = node.metadata;
  const id = node.spec.providerID;
  return {
    code: 'ALIYUN_NODE_UNKNOWN',
    level: 'WARNING',
    on: { type: 'node', id: name },
    message: `Node ${name} is no instance of ECS (${id === '' ? 'it has no providerID' : `its providerID is ${id}`}): what the network does to its packets is unknown`,
    evidence: [providerID(node)],
    remedy: `If it is one, its providerID is REGION.INSTANCE-ID, which the cloud controller manager writes: kubectl get node ${name} -o jsonpath={.spec.providerID}`,
  };
}

export function instanceMissing(node: Node, { region, instance }: EcsId): Suspicion {
  const { name } = node.metadata;
  return {
    code: 'ALIYUN_INSTANCE_MISSING',
    level: 'WARNING',
    on: { type: 'ecs', id: instance },
    message: `There is no instance ${instance} in ${region} for these credentials; node ${name} is said to be it`,
    evidence: [providerID(node)],
    remedy: `aliyun ecs DescribeInstances --RegionId ${region} --InstanceIds '["${instance}"]': it was released, or it belongs to another account (aliyun sts GetCallerIdentity).`,
  };
}

export function interfaceMissing(node: Node, instance: Instance): Suspicion {
  return {
    code: 'ALIYUN_INSTANCE_MISSING',
    level: 'WARNING',
    on: { type: 'ecs', id: instance.id },
    message: `Instance ${instance.id} (node ${node.metadata.name}) has no network interface in a vSwitch of ${instance.vpc === '' ? 'a VPC' : instance.vpc}`,
    evidence: [providerID(node)],
    remedy: `aliyun ecs DescribeNetworkInterfaces --RegionId ${instance.region} --InstanceId ${instance.id}`,
  };
}

export function instanceDown(node: Node, instance: Instance): Suspicion {
  const { id, status, region, locks } = instance;
  const isLocked = locks.length > 0;
  return {
    code: 'ALIYUN_INSTANCE_DOWN',
    level: 'FATAL',
    on: { type: 'ecs', id },
    message: isLocked
      ? `Instance ${id} (node ${node.metadata.name}) is locked (${locks.join(', ')}): its network is cut`
      : `Instance ${id} (node ${node.metadata.name}) is ${status}`,
    evidence: [
      isLocked
        ? { object: { kind: 'Instance', name: id }, path: '/OperationLocks/LockReason', value: locks }
        : { object: { kind: 'Instance', name: id }, path: '/Status', value: status },
    ],
    remedy: isLocked
      ? 'The console tells under ECS > Instances why it is locked and what lifts it: an unpaid bill (financial), an abuse report (security).'
      : `aliyun ecs StartInstance --RegionId ${region} --InstanceId ${id}`,
  };
}

export function addressChecked(node: Node, eni: string, instance: Instance, address: string, way: 'source' | 'destination'): Suspicion {
  return {
    code: 'ALIYUN_SOURCE_DEST_CHECK',
    level: 'FATAL',
    on: { type: 'eni', id: eni },
    message: `Interface ${eni} (node ${node.metadata.name}) drops packets whose ${way} is not its own: ${address} is none of its addresses`,
    evidence: [{ object: { kind: 'NetworkInterface', name: eni }, path: '/SourceDestCheck', value: true }],
    remedy: `aliyun ecs ModifyNetworkInterfaceAttribute --RegionId ${instance.region} --NetworkInterfaceId ${eni} --SourceDestCheck false`,
  };
}

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { diagnose, recordedCluster } from '../testing/cluster.ts';
import { Stub } from '../testing/stub.ts';
import { type World, healthyWorld, rule } from '../testing/world.ts';

const FOLDER = recordedCluster();
const CLIENT = 'pod/client-676b64bf44-qh4v6';
const WEB_THERE = 'pod/web-7f6598ddc7-88tc5:8080';

let world: World;
let stub: Stub;
beforeEach(async () => {
  world = healthyWorld();
  stub = new Stub(world);
  await stub.start();
});
afterEach(() => stub.stop());

const second = (): World['groups'][number] => {
  const group = { SecurityGroupId: 'sg-2', SecurityGroupType: 'normal', VpcId: 'vpc-1', InnerAccessPolicy: 'Accept', rules: [] };
  world.groups.push(group);
  Object.assign(world.enis[1] ?? {}, { SecurityGroupIds: { SecurityGroupId: ['sg-2'] } });
  return group;
};

describe('a pod to a pod of another node, through VXLAN: the cloud sees the outer packet', () => {
  test.each<[rule: string, change: () => void, verdict: string, cause: string[]]>([
    ['one basic group that lets its members speak', () => {}, 'delivered', []],
    ['two groups, and none of the second lets the tunnel in', () => second(), 'dropped', ['ALIYUN_SECURITY_GROUP_INGRESS sg-2']],
    [
      'two groups, and a rule lets the tunnel in: its answer, another tunnel packet the other way, needs a rule of the first',
      () => second().rules.push(rule({ IpProtocol: 'UDP', PortRange: '8472/8472', SourceCidrIp: '172.30.0.0/24' })),
      'dropped',
      ['ALIYUN_SECURITY_GROUP_INGRESS sg-nodes'],
    ],
  ])('%s', async (_rule, change, verdict, causes) => {
    change();
    const diagnosis = await diagnose(stub, FOLDER, CLIENT, WEB_THERE);
    expect(diagnosis.suspicions.filter(({ cause }) => cause).map(({ code, on }) => `${code} ${on.id}`)).toEqual(causes);
    expect(diagnosis.verdict).toBe(verdict);
  });
});

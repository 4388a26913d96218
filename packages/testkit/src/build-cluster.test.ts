import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Recording, buildCluster, diagnose, expectGolden, summaryOf } from './index.ts';

const cluster = (change: (recording: Recording) => void = () => undefined): Recording => {
  const recording = buildCluster({
    nodes: [
      { name: 'node1', address: '192.0.2.11/24', podCidr: '10.244.1.0/24', pods: [{ name: 'client', address: '10.244.1.2' }] },
      {
        name: 'node2',
        address: '192.0.2.12/24',
        podCidr: '10.244.2.0/24',
        pods: [{ name: 'web', address: '10.244.2.2', labels: { app: 'web' }, listens: [8080] }],
        iptables: '*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n',
      },
    ],
  });
  change(recording);
  return recording;
};
const drop = (recording: Recording): void => {
  const host = recording.dumps['node2']?.host ?? {};
  host['iptables-nft-save'] = '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -d 10.244.2.2/32 -j DROP\nCOMMIT\n';
};

describe('a cluster that was built', () => {
  test.each<[name: string, recording: Recording, to: string, verdict: string, cause: string | undefined]>([
    ['carries a packet from pod to pod, over both nodes', cluster(), 'web:8080', 'delivered', undefined],
    ['knows on which ports a pod listens', cluster(), 'web:81', 'rejected', 'SOCKET_NOT_LISTENING'],
    ['has the rules that it was given', cluster(drop), 'web:8080', 'dropped', 'NETFILTER_DROP'],
    [
      'can be broken',
      cluster((r) => r.items('ip-route-4', (all) => all.filter(({ dst }) => dst !== '10.244.2.0/24'))),
      'web:8080',
      'rejected',
      'ROUTE_MISSING',
    ],
  ])('%s', async (_name, recording, to, verdict, cause) => {
    const diagnosis = await diagnose(recording, 'client', to);
    expect([diagnosis.verdict, diagnosis.suspicions.find((one) => one.cause)?.code]).toEqual([verdict, cause]);
  });

  test('the packet passes both nodes', async () => {
    const { paths } = await diagnose(cluster(), 'client', 'web:8080');
    expect(paths[0]?.hops.map(({ node }) => node.id)).toEqual(['default/client', 'node1', 'node2', 'default/web']);
  });

  test('an end that there is not is a usage error', async () => {
    await expect(diagnose(cluster(), 'nobody', 'web:8080')).rejects.toMatchObject({ exit: 2 });
  });
});

describe('golden files', () => {
  const file = pathToFileURL(join(mkdtempSync(join(tmpdir(), 'skoop-golden-')), 'deep', 'way.json'));

  test('are written where there is none, held against after that, and written anew when asked', async () => {
    const healthy = summaryOf(await diagnose(cluster(), 'client', 'web:8080'));
    const broken = summaryOf(await diagnose(cluster(drop), 'client', 'web:8080'));
    expect(() => expectGolden(file, healthy, { CI: 'true' })).toThrow(/SKOOP_UPDATE_GOLDEN=1/);
    expectGolden(file, healthy, {});
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(healthy);
    expectGolden(file, healthy, {});
    expect(() => expectGolden(file, broken, {})).toThrow(/is not what/);
    expectGolden(file, broken, { SKOOP_UPDATE_GOLDEN: '1' });
    expectGolden(file, broken, { CI: 'true' });
  });
});

import { describe, expect, test } from '@jest/globals';
import { detect } from './detect.ts';
import { Recorded } from './testing/recorded.ts';

const rename = (r: Recorded, from: string, to: string): void => {
  for (const workload of r.workloads) if (workload.metadata.name === from) workload.metadata.name = to;
};
const unregister = (r: Recorded): void => {
  for (const name of ['node1', 'node2']) r.annotate(name, 'kube-subnet-manager', undefined);
};
const withoutDevices = (r: Recorded): void => {
  r.removeDevice('flannel.1');
  delete r.dumps['node2'];
};

describe('how surely the pod network is flannel', () => {
  test.each<[name: string, change: (r: Recorded) => void, score: number, because: readonly string[]]>([
    [
      'ConfigMap, annotations, DaemonSet and device',
      () => undefined,
      100,
      [
        'ConfigMap kube-flannel/kube-flannel-cfg',
        'annotation flannel.alpha.coreos.com/kube-subnet-manager on 2 nodes',
        'DaemonSet kube-flannel/kube-flannel-ds',
        'device flannel.1 on node node1',
      ],
    ],
    [
      'annotations alone (k3s)',
      (r) => (r.configMaps.splice(0), r.workloads.splice(0), withoutDevices(r)),
      40,
      ['annotation flannel.alpha.coreos.com/kube-subnet-manager on 2 nodes'],
    ],
    [
      'annotations and devices (k3s, with dumps)',
      (r) => (r.configMaps.splice(0), r.workloads.splice(0)),
      60,
      ['annotation flannel.alpha.coreos.com/kube-subnet-manager on 2 nodes', 'device flannel.1 on node node1'],
    ],
    [
      'a ConfigMap that was left behind',
      (r) => (unregister(r), r.workloads.splice(0), withoutDevices(r)),
      40,
      ['ConfigMap kube-flannel/kube-flannel-cfg'],
    ],
    [
      'Canal: the routes are flannel’s, the pods’ devices Calico’s',
      (r) => (r.configMaps.splice(0), rename(r, 'kube-flannel-ds', 'canal')),
      30,
      [
        'annotation flannel.alpha.coreos.com/kube-subnet-manager on 2 nodes',
        'device flannel.1 on node node1',
        "but DaemonSet kube-flannel/canal owns the pods' devices",
      ],
    ],
    ['nothing of flannel', (r) => (r.configMaps.splice(0), unregister(r), r.workloads.splice(0), withoutDevices(r)), 0, []],
    ['Calico alone', (r) => (r.configMaps.splice(0), unregister(r), rename(r, 'kube-flannel-ds', 'calico-node'), withoutDevices(r)), 0, []],
  ])('%s', (_name, change, score, because) => {
    const recorded = new Recorded();
    change(recorded);
    expect(detect(recorded.cluster())).toEqual({ score, because });
  });
});

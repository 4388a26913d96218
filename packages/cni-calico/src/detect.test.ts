import { describe, expect, test } from '@jest/globals';
import { detect } from './detect.ts';
import { Built } from './testing/built.ts';
import type { Mode } from './testing/nodes.ts';

const without =
  (...parts: readonly ('workloads' | 'configMaps' | 'annotations' | 'objects' | 'dump')[]) =>
  (b: Built): void => {
    if (parts.includes('workloads')) b.workloads.splice(0);
    if (parts.includes('configMaps')) b.configMaps.splice(0);
    if (parts.includes('annotations')) for (const { metadata } of b.nodes) metadata.annotations = {};
    if (parts.includes('objects')) b.custom.clear();
    if (parts.includes('dump')) for (const name of Object.keys(b.host)) delete b.host[name];
  };
const daemonSet = (b: Built, name: string): void => {
  const [first] = b.workloads;
  if (first !== undefined) b.workloads.push({ ...first, metadata: { ...first.metadata, name } });
};

describe('how surely the pod network is Calico', () => {
  test.each<[name: string, mode: Mode, change: (b: Built) => void, score: number, because: readonly string[]]>([
    [
      'DaemonSet, ConfigMap, annotations, pools and device',
      'vxlan',
      () => undefined,
      100,
      [
        'DaemonSet kube-system/calico-node',
        'ConfigMap kube-system/calico-config',
        'annotation projectcalico.org/IPv4Address or IPv6Address on 3 nodes',
        '1 IPPool',
        'device vxlan.calico on node node1',
      ],
    ],
    [
      "the operator's: no ConfigMap, and no dump yet",
      'bgp',
      (b) => (without('configMaps', 'dump')(b), b.rename('projectcalico.org')),
      90,
      ['DaemonSet kube-system/calico-node', 'annotation projectcalico.org/IPv4Address or IPv6Address on 3 nodes', '1 IPPool'],
    ],
    ['objects that were left behind', 'bgp', without('workloads', 'configMaps', 'annotations', 'dump'), 20, ['1 IPPool']],
    [
      'Canal',
      'bgp',
      (b) => {
        without('annotations', 'objects', 'dump')(b);
        for (const one of [...b.workloads, ...b.configMaps]) one.metadata.name = one.metadata.name.replace(/calico(-node)?/, 'canal');
      },
      80,
      ['DaemonSet kube-system/canal', 'ConfigMap kube-system/canal-config'],
    ],
    [
      'policies alone, the pods are of the AWS VPC CNI',
      'bgp',
      (b) => (without('configMaps', 'annotations', 'objects')(b), daemonSet(b, 'aws-node')),
      30,
      ['DaemonSet kube-system/calico-node', "but DaemonSet kube-system/aws-node owns the pods' devices"],
    ],
    [
      "pods' devices alone: they may be Terway's",
      'bgp',
      (b) => (without('workloads', 'configMaps', 'annotations', 'objects')(b), daemonSet(b, 'terway-eniip')),
      0,
      [],
    ],
  ])('%s', (_name, mode, change, score, because) => {
    const built = new Built(mode);
    change(built);
    expect(detect(built.cluster())).toEqual({ score, because });
  });
});

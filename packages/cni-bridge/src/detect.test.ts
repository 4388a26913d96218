import { describe, expect, test } from '@jest/globals';
import { detect } from './detect.ts';
import { configure } from './settings.ts';
import { Recorded } from './testing/recorded.ts';

describe('which network it is', () => {
  test.each<[name: string, change: (r: Recorded) => void, score: number, because: RegExp, mode: string | undefined, enforces: unknown]>([
    ['nothing tells', () => undefined, 1, /nothing tells/, undefined, 'unknown'],
    ['kindnet', (r) => r.runs('kindnet'), 80, /^DaemonSet kube-system\/kindnet$/, 'kindnet', ['NetworkPolicy']],
    [
      'Cilium',
      (r) => r.runs('cilium'),
      1,
      /DaemonSet kube-system\/cilium \(Cilium\), which no installed plugin knows/,
      'Cilium',
      'unknown',
    ],
    ['AWS VPC CNI', (r) => r.runs('aws-node'), 1, /AWS VPC CNI/, 'AWS VPC CNI', 'unknown'],
    ['a DaemonSet of no network', (r) => r.runs('node-exporter'), 1, /nothing tells/, undefined, 'unknown'],
  ])('%s', (_name, change, score, because, mode, enforces) => {
    const recorded = new Recorded();
    change(recorded);
    const cluster = recorded.cluster();
    expect(detect(cluster).score).toBe(score);
    expect(detect(cluster).because.join()).toMatch(because);
    const config = configure(cluster);
    expect([config.mode, config.enforces]).toEqual([mode, enforces]);
    expect(config.podCidrs).toEqual(['10.244.1.0/24', '10.244.0.0/24']);
  });
});

import { describe, expect, test } from '@jest/globals';
import { lastWarning, podState } from './pod-state.ts';

/** Statuses as kubelets of 1.34 write them. */
describe('a collector pod', () => {
  const waiting = (reason: string, message: string) => ({
    phase: 'Pending',
    startTime: 't',
    containerStatuses: [{ image: 'img:1', state: { waiting: { reason, message } } }],
  });
  test.each([
    ['runs', { phase: 'Running', containerStatuses: [{ state: { running: { startedAt: 't' } } }] }, { kind: 'running' }],
    ['was not seen by a kubelet yet', { phase: 'Pending' }, { kind: 'waiting', seen: false, why: 'Pending' }],
    ['has no status at all', undefined, { kind: 'waiting', seen: false, why: 'Pending' }],
    ['is being made', waiting('ContainerCreating', ''), { kind: 'waiting', seen: true, why: 'ContainerCreating' }],
    [
      'lacks its image',
      waiting('ErrImageNeverPull', 'Container image "img:1" is not present with pull policy of Never'),
      { kind: 'failed', why: 'ErrImageNeverPull: Container image "img:1" is not present with pull policy of Never' },
    ],
    [
      'backs off',
      waiting('ImagePullBackOff', 'Back-off pulling'),
      { kind: 'failed', why: 'ImagePullBackOff: Back-off pulling (image img:1)' },
    ],
    [
      'was refused by the kubelet',
      { phase: 'Failed', reason: 'OutOfpods', message: 'Node did not have enough resource' },
      { kind: 'failed', why: 'it ended: OutOfpods: Node did not have enough resource' },
    ],
    [
      'ended',
      { phase: 'Failed', containerStatuses: [{ state: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }] },
      { kind: 'failed', why: 'its container ended: OOMKilled: exit status 137' },
    ],
  ])('%s', (_name, status, expected) => {
    expect(podState({ status })).toEqual(expected);
  });
  test.each([[undefined], [null], [{ containerStatuses: 'x' }], [{ containerStatuses: [null] }], [{ containerStatuses: [{ state: [] }] }]])(
    'a status that is none: %j',
    (status) => {
      expect(podState({ status }).kind).toBe('waiting');
    },
  );
});

describe('events', () => {
  test('the last warning counts', () => {
    const items = [
      { type: 'Normal', reason: 'Pulling', message: 'a' },
      { type: 'Warning', reason: 'FailedMount', message: 'b' },
      { type: 'Warning', reason: 'FailedCreatePodSandBox', message: 'c' },
      { type: 'Normal', reason: 'Created', message: 'd' },
    ];
    expect(lastWarning({ items })).toBe('FailedCreatePodSandBox: c');
  });
  test.each([[undefined], [{}], [{ items: null }], [{ items: [{ type: 'Normal' }] }]])('none in %j', (events) => {
    expect(lastWarning(events)).toBe('');
  });
});

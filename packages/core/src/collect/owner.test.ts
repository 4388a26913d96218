import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { ownMark, ownerOf } from './owner.ts';

const here = ownMark().split('/')[0] ?? '';
/** Of a process that has ended, and was waited for. */
const ended = spawnSync('true').pid;

test.each<[name: string, mark: string | undefined, phase: string, expected: ReturnType<typeof ownerOf>]>([
  ['this process', ownMark(), 'Running', { kind: 'here', pid: process.pid }],
  ['a process of this machine that has ended', `${here}/${String(ended)}`, 'Running', { kind: 'nobody' }],
  ['a process of this machine that is another user’s, or its own', `${here}/1`, 'Pending', { kind: 'here', pid: 1 }],
  ['another machine, and the pod lives', 'ffffffffffff/7', 'Running', { kind: 'elsewhere' }],
  ['another machine, and the pod is about to', 'ffffffffffff/7', '', { kind: 'elsewhere' }],
  ['another machine, and the pod’s time is over', 'ffffffffffff/7', 'Failed', { kind: 'nobody' }],
  ['a pod that was to stay', undefined, 'Running', { kind: 'nobody' }],
  ['no mark of ours', 'me', 'Running', { kind: 'nobody' }],
  ['nor this', `${here}/-1`, 'Running', { kind: 'nobody' }],
])('%s', (_name, mark, phase, expected) => {
  expect(ownerOf(mark, phase)).toEqual(expected);
});

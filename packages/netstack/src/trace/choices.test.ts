import { describe, expect, test } from '@jest/globals';
import { explore } from './choices.ts';

describe('explore', () => {
  test('a walk without choices is run once', () => {
    expect(explore(() => 'only', 10)).toEqual({ kind: 'end', value: 'only' });
  });

  test('a cascade of chances, as kube-proxy writes it, gives every end its probability', () => {
    const ways = explore((choose) => (choose.chance(0.25) ? 'a' : choose.chance(0.5) ? 'b' : 'c'), 10);
    expect(ways).toEqual({
      kind: 'chance',
      branches: [
        { probability: 0.25, ways: { kind: 'end', value: 'a' } },
        {
          probability: 0.75,
          ways: {
            kind: 'chance',
            branches: [
              { probability: 0.5, ways: { kind: 'end', value: 'b' } },
              { probability: 0.5, ways: { kind: 'end', value: 'c' } },
            ],
          },
        },
      ],
    });
  });

  test('an unknown construct is walked both ways', () => {
    expect(explore((choose) => choose.unknown('bpf', [], ['pass', 'drop']), 10)).toEqual({
      kind: 'unknown',
      construct: 'bpf',
      sources: [],
      branches: [
        { kind: 'end', value: 'pass' },
        { kind: 'end', value: 'drop' },
      ],
    });
  });

  test('what is beyond the limit is cut, and said so', () => {
    const ways = explore((choose) => choose.pick([1, 2, 3], () => 1), 2);
    expect(ways.kind === 'chance' && ways.branches.map((branch) => branch.ways.kind)).toEqual(['end', 'end', 'cut']);
  });

  test('a certain chance is no fork', () => {
    expect(explore((choose) => [choose.chance(0), choose.chance(1)], 10)).toEqual({ kind: 'end', value: [false, true] });
  });

  test('what is beyond the limit is cut as one branch, with what it weighs', () => {
    const ways = explore((choose) => choose.pick([0, 1, 2, 3], () => 1), 2);
    expect(ways).toEqual({
      kind: 'chance',
      branches: [
        { probability: 0.25, ways: { kind: 'end', value: 0 } },
        { probability: 0.25, ways: { kind: 'end', value: 1 } },
        { probability: 0.5, ways: { kind: 'cut' } },
      ],
    });
    expect(explore((choose) => choose.unknown('bpf', [], [0, 1, 2, 3]), 2)).toMatchObject({
      branches: [{ value: 0 }, { value: 1 }, { kind: 'cut' }],
    });
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Diagnosis } from '@skoop/core';
import { causesOf, verdictOf } from './agree.ts';
import { type Seen, connectForReal } from './connection.ts';
import { FAULTS, NOTHING } from './faults.ts';
import { KUBECONFIG, at, eventually } from './lab.ts';
import { NODES, type Scene, fill, prepare } from './scene.ts';
import { IMAGE, diagnose, diagnoseRecorded, skoop } from './skoop.ts';

const PATIENCE = 180_000;
const onCluster = KUBECONFIG === undefined ? describe.skip : describe;

const ANSWERED: unknown = expect.objectContaining({ verdict: 'delivered' });
const withText = (text: string): unknown => expect.arrayContaining([expect.stringContaining(text)]);

onCluster('faults, one at a time', () => {
  let scene: Scene;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skoop-faults-'));
    scene = await prepare();
  }, PATIENCE);
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  describe.each(FAULTS)('$name', ({ at: where, inject, undo, settled, asks, verdict, cause, recorded = false }) => {
    const filled = <T extends object>(row: T): T => JSON.parse(fill(scene, JSON.stringify(row))) as T;
    let answer: Diagnosis;
    let fromSnapshot: Diagnosis | undefined;
    let real: Seen;

    beforeAll(async () => {
      await at(fill(scene, where), fill(scene, inject));
      if (settled !== undefined) await eventually(() => at('node1', settled));
      [answer, real, fromSnapshot] = await Promise.all([
        diagnose(filled(asks)),
        connectForReal(filled(asks), NODES),
        recorded ? diagnoseRecorded(filled(asks), folder) : undefined,
      ]);
    }, PATIENCE);
    afterAll(async () => {
      await at(fill(scene, where), fill(scene, undo));
      if (inject !== NOTHING) await eventually(async () => expect(await connectForReal(filled(asks), NODES)).toEqual(ANSWERED));
    }, PATIENCE);

    test(`is ${verdict}, as a real connection is`, () => {
      expect({ answer: answer.verdict, real: verdictOf(real) }).toEqual({ answer: verdict, real: verdict });
    });

    test('is named as the cause', () => {
      const { code, on, shows } = filled(cause);
      expect(causesOf(answer)).toContainEqual({ code, on, said: withText(shows) });
    });

    if (recorded)
      test('is found in a snapshot as well', () => {
        expect([fromSnapshot?.verdict, fromSnapshot && causesOf(fromSnapshot)]).toEqual([answer.verdict, causesOf(answer)]);
      });
  });

  describe('a node off the wire', () => {
    beforeAll(() => at('here', 'ip -n $fabric link set node2 down'));
    afterAll(async () => {
      await at('here', 'ip -n $fabric link set node2 up');
      await eventually(() => at('here', 'kubectl wait --for=condition=Ready node/node2 --timeout=5s'), 120);
    }, PATIENCE);

    test(
      'is answered within the deadline, from what is there',
      async () => {
        const asked = [fill(scene, '{client.pod}'), fill(scene, '{far.pod}:8080')];
        const ran = await skoop(['diagnose', ...asked, '-o', 'json', '--timeout', '45s', ...IMAGE]);
        expect(ran.seconds).toBeLessThan(60);
        const answer = JSON.parse(ran.stdout) as Diagnosis;
        expect([ran.status, answer.verdict]).toEqual(answer.verdict === 'unknown' ? [3, 'unknown'] : [1, 'dropped']);
        expect(causesOf(answer)).toContainEqual(expect.objectContaining({ code: 'COLLECT_NODE_UNREACHABLE', on: 'node/node2' }));
        expect(answer.collected.nodes).toEqual(['node1']);
        expect(answer.collected.missing).toEqual([{ what: 'node node2', why: expect.any(String) as unknown }]);
        expect(answer.paths[0]?.hops.map(({ node }) => node.id)).toEqual(expect.arrayContaining([fill(scene, '{client.pod}'), 'node1']));
      },
      PATIENCE,
    );
  });
});

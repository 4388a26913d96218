import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Diagnosis } from '@skoop/core';
import { type Fact, factsOf, verdictOf } from './agree.ts';
import { type Seen, connectForReal } from './connection.ts';
import { FAULTS, NOTHING } from './faults.ts';
import { KUBECONFIG, at, eventually } from './lab.ts';
import { NODES, type Scene, fill, prepare } from './scene.ts';
import { IMAGE, diagnose, diagnoseRecorded, skoop } from './skoop.ts';
import { VARIANT } from './variant.ts';

const PATIENCE = 180_000;
const onCluster = KUBECONFIG === undefined ? describe.skip : describe;

const ANSWERED: unknown = expect.objectContaining({ verdict: 'delivered' });
const withText = (text: string): unknown => expect.arrayContaining([expect.stringContaining(text)]);

const causes = (answer: Diagnosis): readonly Fact[] => factsOf(answer).filter(({ isCause }) => isCause);

/** Asks a node's kubelet, until its neighbour entry is no failed one. */
const heard = (address: string): string => `bash -c ': </dev/tcp/${address}/10250'; ! ip neigh | grep FAILED`;

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

  describe.each(FAULTS.filter(({ in: variants }) => variants.some((name) => name === VARIANT.name)))(
    '$name',
    ({ at: where, inject, undo, settled, asks, staysDeaf, verdict, fact, also, recorded = false }) => {
      const filled = <T extends object>(row: T): T => JSON.parse(fill(scene, JSON.stringify(row))) as T;
      let answer: Diagnosis;
      let fromSnapshot: Diagnosis | undefined;
      let real: Seen;

      beforeAll(async () => {
        await at(fill(scene, where), fill(scene, inject));
        if (settled !== undefined) await eventually(() => at('node1', fill(scene, settled)));
        const asked = filled(asks);
        const question = { ...asked, from: asked.named ?? asked.from };
        [answer, real, fromSnapshot] = await Promise.all([
          diagnose(question),
          connectForReal(asked, NODES),
          recorded ? diagnoseRecorded(question, folder) : undefined,
        ]);
      }, PATIENCE);
      afterAll(async () => {
        await at(fill(scene, where), fill(scene, undo));
        if (inject !== NOTHING && staysDeaf !== true)
          await eventually(async () => expect(await connectForReal(filled(asks), NODES)).toEqual(ANSWERED));
      }, PATIENCE);

      test(`is ${verdict}, as a real connection is`, () => {
        expect({ answer: answer.verdict, real: verdictOf(real) }).toEqual({ answer: verdict, real: verdict });
      });

      test(verdict === 'delivered' ? 'is noted, and no cause of anything' : 'is named as the cause', () => {
        const { code, on, shows } = filled(fact);
        const isCause = verdict !== 'delivered';
        expect(factsOf(answer)).toContainEqual({ code, on, isCause, said: withText(shows) });
        expect(factsOf(answer).some((one) => one.isCause)).toBe(isCause);
        if (also !== undefined) expect(factsOf(answer)).toContainEqual(expect.objectContaining({ ...filled(also), isCause: false }));
      });

      if (recorded)
        test('is found in a snapshot as well', () => {
          expect([fromSnapshot?.verdict, fromSnapshot && causes(fromSnapshot)]).toEqual([answer.verdict, causes(answer)]);
        });
    },
  );

  describe('a node off the wire', () => {
    beforeAll(() => at('here', 'ip -n $fabric link set node2 down'));
    afterAll(async () => {
      await at('here', 'ip -n $fabric link set node2 up');
      await eventually(() => at('here', 'kubectl wait --for=condition=Ready node/node2 --timeout=5s'), 120);
      // What the kernels have noted of each other's silence is no fault of whoever asks next.
      await eventually(() => at('node1', heard('172.30.0.12')));
      await eventually(() => at('node2', heard('172.30.0.11')));
    }, PATIENCE);

    test(
      'is answered within the deadline, from what is there',
      async () => {
        const asked = [fill(scene, '{client.pod}'), fill(scene, '{far.pod}:8080')];
        const ran = await skoop(['diagnose', ...asked, '-o', 'json', '--timeout', '45s', ...IMAGE]);
        expect(ran.seconds).toBeLessThan(60);
        const answer = JSON.parse(ran.stdout) as Diagnosis;
        expect([ran.status, answer.verdict]).toEqual(answer.verdict === 'unknown' ? [3, 'unknown'] : [1, 'dropped']);
        expect(factsOf(answer)).toContainEqual(
          expect.objectContaining({ code: 'COLLECT_NODE_UNREACHABLE', on: 'node/node2', isCause: true }),
        );
        expect(answer.collected.nodes).toEqual(['node1']);
        expect(answer.collected.missing).toEqual([{ what: 'node node2', why: expect.any(String) as unknown }]);
        expect(answer.paths[0]?.hops.map(({ node }) => node.id)).toEqual(expect.arrayContaining([fill(scene, '{client.pod}'), 'node1']));
      },
      PATIENCE,
    );
  });
});

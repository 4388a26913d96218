import assert from 'node:assert/strict';
import type { InfraOptions, InfraResult, InfraShim, Node, Packet, Service } from '@skoop/core';
import { type ContractTest, contractTest } from './contract-test.ts';
import { fingerprint } from './fingerprint.ts';
import { assertSuspicion } from './suspicion.ts';

export interface InfraSample {
  /** A shim as a run makes it; one for each test. */
  readonly create: () => InfraShim | Promise<InfraShim>;
  /** Nodes that the shim knows; two at least. */
  readonly nodes: readonly Node[];
  /** Of the type LoadBalancer, where the shim knows any. */
  readonly service?: Service;
  readonly areas: readonly string[];
  /** Network nodes that it draws, as `compose` is told: `nodeKinds`. */
  readonly nodeKinds?: readonly string[];
  /** Further packets that it should be asked about. */
  readonly packets?: readonly Packet[];
}

const OUTSIDE = '192.0.2.1';
const OUTCOMES = ['pass', 'drop', 'reject', 'unknown'];
/** Kinds that core draws itself. */
const KINDS = ['pod', 'node', 'service', 'external', 'loadbalancer'];

/** What an InfraShim promises, whatever the network under the nodes does. */
export function infraShimContract(sample: InfraSample): readonly ContractTest[] {
  const { create, areas, nodeKinds = [] } = sample;
  const ask = async (
    each: (name: string, result: InfraResult, again: () => Promise<InfraResult>) => void | Promise<void>,
  ): Promise<void> => {
    const shim = await create();
    for (const direction of ['forward', 'reply'] as const)
      for (const { name, run } of callsOf(sample, { signal: new AbortController().signal, direction }))
        await each(`${name}, ${direction}`, await run(shim), () => run(shim));
  };
  return [
    contractTest('it has four methods', () => checkShape(create)),
    contractTest('every answer has an outcome and a list of suspicions', () =>
      ask((name, { outcome, suspicions }) => {
        assert.ok(OUTCOMES.includes(outcome), `${name}: the outcome "${String(outcome)}" must be one of ${OUTCOMES.join(', ')}`);
        assert.ok(Array.isArray(suspicions), `${name}: "suspicions" must be a list, empty where there is nothing to say`);
      }),
    ),
    contractTest('every suspicion can be shown', () =>
      ask((_name, { suspicions }) => {
        for (const suspicion of suspicions) assertSuspicion(suspicion, areas);
      }),
    ),
    contractTest('a drop or a reject says why', () =>
      ask((name, { outcome, suspicions }) => {
        assert.ok(
          (outcome !== 'drop' && outcome !== 'reject') || suspicions.length > 0,
          `${name}: a ${outcome} without a suspicion explains nothing`,
        );
      }),
    ),
    contractTest('what is unknown says what could not be looked at', () =>
      ask((name, { outcome, suspicions }) => {
        assert.ok(
          outcome !== 'unknown' || suspicions.length > 0,
          `${name}: "unknown" without a suspicion leaves the user without a next step`,
        );
      }),
    ),
    contractTest('where it changes the packet, the ways have nodes and probabilities', () =>
      ask((name, { forwards = [] }) => {
        for (const { to, probability, packet } of forwards) {
          assert.ok(typeof to === 'string' && to !== '', `${name}: "to" must be a node's name`);
          assert.ok(
            probability === null || (probability > 0 && probability <= 1),
            `${name}: a probability is above 0 and at most 1, or null`,
          );
          assert.ok(typeof packet.src === 'string' && typeof packet.dst === 'string', `${name}: a way needs the packet as it is sent on`);
        }
        const sum = forwards.reduce((all, { probability }) => all + (probability ?? 0), 0);
        assert.ok(sum <= 1 + 1e-9, `${name}: the probabilities add up to ${String(sum)}`);
      }),
    ),
    contractTest('the network nodes that it draws are of the kinds that it declares', () =>
      ask((name, { hops = [] }) => {
        for (const { type, id } of hops) {
          assert.ok(
            [...KINDS, ...nodeKinds].includes(type),
            `${name}: the kind "${type}" is not among the declared: ${nodeKinds.join(', ')}`,
          );
          assert.ok(id !== '', `${name}: a hop needs an id`);
        }
      }),
    ),
    contractTest('equal questions get equal answers', () =>
      // A suspicion may be said once a run.
      ask(async (name, { outcome, forwards, hops }, again) => {
        const second = await again();
        const asked = fingerprint([second.outcome, second.forwards, second.hops]);
        assert.equal(asked, fingerprint([outcome, forwards, hops]), `${name}: asked twice, it answers otherwise`);
      }),
    ),
    contractTest('it does not change what it is given', async () => {
      const before = fingerprint([sample.nodes, sample.service, sample.packets]);
      await ask(() => undefined);
      assert.equal(fingerprint([sample.nodes, sample.service, sample.packets]), before);
    }),
    contractTest('once the run is over it comes back at once', async () => {
      const shim = await create();
      const signal = AbortSignal.abort();
      for (const { name, run } of callsOf(sample, { signal, direction: 'forward' })) {
        const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, 'late').unref());
        const ended = run(shim).then(
          () => 'answered',
          () => 'rejected',
        );
        assert.notEqual(await Promise.race([ended, late]), 'late', `${name} must not go on after its signal was aborted`);
      }
    }),
  ];
}

const PATIENCE_MS = 5000;

async function checkShape(create: InfraSample['create']): Promise<void> {
  const shim = (await create()) as unknown as Record<string, unknown>;
  const lacking = ['nodeToNode', 'nodeToExternal', 'externalToNode', 'externalToLoadBalancer'].filter(
    (method) => typeof shim[method] !== 'function',
  );
  assert.deepEqual(lacking, [], 'a shim without a method makes every packet that needs it unknown');
}

interface Call {
  readonly name: string;
  readonly run: (shim: InfraShim) => Promise<InfraResult>;
}

function callsOf({ nodes, service, packets = [] }: InfraSample, options: InfraOptions): readonly Call[] {
  const [a, b] = nodes;
  assert.ok(a !== undefined && b !== undefined, 'the sample needs two nodes');
  const addressOf = (node: Node): string => node.status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? OUTSIDE;
  const packet = (src: string, dst: string, protocol: string, dport: number): Packet => ({ src, dst, protocol, sport: 40000, dport });
  const all = (src: string, dst: string): readonly Packet[] => [
    packet(src, dst, 'tcp', 80),
    packet(src, dst, 'udp', 8472),
    packet(src, dst, 'icmp', 0),
    ...packets,
  ];
  return [
    ...all(addressOf(a), addressOf(b)).map((one) => ({
      name: `nodeToNode ${one.protocol}`,
      run: async (shim: InfraShim) => shim.nodeToNode(a, 'eth0', b, one, options),
    })),
    ...all(addressOf(a), OUTSIDE).map((one) => ({
      name: `nodeToExternal ${one.protocol}`,
      run: async (shim: InfraShim) => shim.nodeToExternal(a, 'eth0', one, options),
    })),
    ...all(OUTSIDE, addressOf(b)).map((one) => ({
      name: `externalToNode ${one.protocol}`,
      run: async (shim: InfraShim) => shim.externalToNode(b, one, options),
    })),
    ...(service === undefined
      ? []
      : all(OUTSIDE, service.status.ingress[0]?.ip ?? OUTSIDE).map((one) => ({
          name: `externalToLoadBalancer ${one.protocol}`,
          run: async (shim: InfraShim) => shim.externalToLoadBalancer(service, one, nodes, options),
        }))),
  ];
}

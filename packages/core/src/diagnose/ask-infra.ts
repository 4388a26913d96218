import type { Cluster } from '../cluster/cluster.ts';
import type { Node, Service } from '../cluster/objects.ts';
import type { InfraOptions, InfraResult, InfraShim } from '../contracts/infra-shim.ts';
import type { NetNodeRef } from '../contracts/net-node.ts';
import type { Packet } from '../contracts/packet.ts';
import { suspect } from './suspect.ts';

type Direction = InfraOptions['direction'];

/** The network under the nodes, asked once a run for equal arguments. Never rejects: what throws, or is late, is *unknown*. */
export interface Infra {
  nodeToNode(src: string, oif: string, dst: string, packet: Packet, direction: Direction): Promise<InfraResult>;
  nodeToExternal(src: string, oif: string, packet: Packet, direction: Direction): Promise<InfraResult>;
  externalToNode(dst: string, packet: Packet, direction: Direction): Promise<InfraResult>;
  externalToLoadBalancer(service: Service, packet: Packet, backends: readonly string[], direction: Direction): Promise<InfraResult>;
}

const PASS: InfraResult = { outcome: 'pass', suspicions: [] };

export function askInfra(shim: InfraShim | undefined, cluster: Cluster, signal: AbortSignal): Infra {
  const answers = new Map<string, Promise<InfraResult>>();
  const ask = (on: NetNodeRef, what: readonly unknown[], call: (shim: InfraShim) => Promise<InfraResult>): Promise<InfraResult> => {
    if (shim === undefined) return Promise.resolve(PASS);
    const key = JSON.stringify(what);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = guarded(on, String(what[0]), signal, () => call(shim));
    answers.set(key, answer);
    return answer;
  };
  const node = (name: string): Node | undefined => cluster.nodes.find(({ metadata }) => metadata.name === name);
  return {
    nodeToNode: (src, oif, dst, packet, direction) => {
      const [from, to] = [node(src), node(dst)];
      if (from === undefined || to === undefined || from === to) return Promise.resolve(PASS);
      return ask(ref(src), ['nodeToNode', src, oif, dst, packet, direction], (infra) =>
        infra.nodeToNode(from, oif, to, packet, { signal, direction }),
      );
    },
    nodeToExternal: (src, oif, packet, direction) => {
      const from = node(src);
      if (from === undefined) return Promise.resolve(PASS);
      return ask(ref(src), ['nodeToExternal', src, oif, packet, direction], (infra) =>
        infra.nodeToExternal(from, oif, packet, { signal, direction }),
      );
    },
    externalToNode: (dst, packet, direction) => {
      const to = node(dst);
      if (to === undefined) return Promise.resolve(PASS);
      return ask(ref(dst), ['externalToNode', dst, packet, direction], (infra) => infra.externalToNode(to, packet, { signal, direction }));
    },
    externalToLoadBalancer: (service, packet, backends, direction) => {
      const nodes = backends.flatMap((name) => node(name) ?? []);
      const { namespace, name } = service.metadata;
      return ask(
        { type: 'service', id: `${namespace}/${name}` },
        ['externalToLoadBalancer', namespace, name, packet, backends, direction],
        (infra) => infra.externalToLoadBalancer(service, packet, nodes, { signal, direction }),
      );
    },
  };
}

function ref(node: string): NetNodeRef {
  return { type: 'node', id: node };
}

const OUTCOMES: ReadonlySet<unknown> = new Set(['pass', 'drop', 'reject', 'unknown']);

/** A plugin's answer is looked at before it is believed: the plugin may be plain JavaScript. */
async function guarded(on: NetNodeRef, method: string, signal: AbortSignal, call: () => Promise<InfraResult>): Promise<InfraResult> {
  let stop: (() => void) | undefined;
  try {
    const late = new Promise<InfraResult>((resolve) => {
      stop = () => {
        resolve(unclear(on, method, 'the time was over before it answered'));
      };
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
    // `call` stands in a then, so that a shim that throws at once is caught as well.
    const answer: unknown = await Promise.race([Promise.resolve().then(call), late]);
    return checked(on, method, answer);
  } catch (error) {
    return unclear(on, method, error instanceof Error ? error.message : String(error));
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

function checked(on: NetNodeRef, method: string, answer: unknown): InfraResult {
  if (typeof answer !== 'object' || answer === null || !OUTCOMES.has((answer as { outcome?: unknown }).outcome))
    return unclear(on, method, 'its answer has no known outcome');
  const result = answer as InfraResult;
  return Array.isArray(result.suspicions) ? result : { ...result, suspicions: [] };
}

/** Nothing that stands for an answer: the edge is unknown, and this says so. */
function unclear(on: NetNodeRef, method: string, why: string): InfraResult {
  return {
    outcome: 'unknown',
    suspicions: [
      suspect(
        'COLLECT_INFRA_UNKNOWN',
        'WARNING',
        on,
        `What the network under ${on.type} ${on.id} does is unknown: the provider's ${method} gave no answer (${why})`,
        { remedy: 'Look whether the provider has its rights and its settings: skoop plugins inspect.' },
      ),
    ],
  };
}

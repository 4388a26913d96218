import type { Cluster } from '../cluster/cluster.ts';
import type { Pod } from '../cluster/objects.ts';
import type { ConfiguredCni } from '../health/cni.ts';
import type { Endpoint } from '../contracts/packet.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import type { Verdict } from '../contracts/verdict.ts';
import type { Because } from '../report/diagnosis.ts';
import { nodeNotReady, podNotReady } from '../health/readiness.ts';
import { type Backend, type Choice, chooseBackends, endpointsOf, familyOfText, targetOf } from './backends.ts';
import { isNodeReady, isReady, keyOf } from './owners.ts';
import { homeOf } from './places.ts';
import { isEnforced, policiesFor } from './policies.ts';
import { objectEvidence, suspect } from './suspect.ts';

/** What should happen, by the objects alone. */
export interface Intended {
  readonly verdict: Verdict;
  readonly because: readonly Because[];
  /** What the objects say of both ends that threatens a conversation. */
  readonly suspicions: readonly Suspicion[];
}

export function intendedOf(
  cluster: Cluster,
  protocol: string,
  source: Endpoint,
  destination: Endpoint,
  cni: ConfiguredCni | undefined,
): Intended {
  const target = targetOf(cluster, destination, protocol);
  const because: Because[] = [];
  let verdict: Verdict = 'delivered';
  let backends: readonly Backend[] = [];
  const home = homeOf(cluster, source);
  const sender = podAt(cluster, source);
  const receivers: Pod[] = [];
  if (target !== undefined) {
    const { service, port } = target;
    because.push({
      kind: 'Service',
      namespace: service.metadata.namespace,
      name: service.metadata.name,
      ...(port === undefined ? {} : { rule: `${port.name === '' ? '' : `${port.name} `}${String(port.port)}/${port.protocol}` }),
    });
    const choice = chosenFrom(cluster, source, destination, protocol);
    backends = choice.backends;
    if (backends.length === 0) verdict = port === undefined ? 'unknown' : choice.empty === 'drop' ? 'dropped' : 'rejected';
    for (const backend of backends) {
      const pod = cluster.pods.find((candidate) => keyOf(candidate) === backend.pod);
      if (pod !== undefined) receivers.push(pod);
    }
  } else {
    const pod = podAt(cluster, destination);
    if (pod !== undefined) {
      receivers.push(pod);
      because.push({ kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name });
    }
    if (destination.kind === 'node') because.push({ kind: 'Node', namespace: '', name: destination.name ?? '' });
    if (destination.kind === 'ip') verdict = 'unknown';
  }
  const suspicions = [
    ...readiness(cluster, sender, receivers, [
      home.kind === 'outside' ? '' : home.node,
      ...backends.map(({ node }) => node),
      ...receivers.map((pod) => pod.spec.nodeName),
    ]),
    ...unready(cluster, destination, protocol),
  ];
  const policies = policiesFor(cluster, sender, receivers);
  for (const policy of policies) {
    const evidence = [objectEvidence(policy.kind, policy, '/spec', policy.spec)];
    const on = { type: 'pod', id: keyOf(receivers[0] ?? sender ?? policy) };
    if (isEnforced(cni, policy) === false) {
      suspicions.push(
        suspect(
          'POLICY_NOT_ENFORCED',
          'INFO',
          on,
          `${policy.kind} ${keyOf(policy)} selects an end of this conversation and has no effect: the pod network (${cni?.plugin.name ?? ''}) does not enforce it`,
          { evidence, remedy: 'Do not count on it: it protects nothing until a component that enforces policies is installed.' },
        ),
      );
      continue;
    }
    because.push({ kind: policy.kind, namespace: policy.metadata.namespace, name: policy.metadata.name });
    suspicions.push(
      suspect(
        'POLICY_NOT_EVALUATED',
        'INFO',
        on,
        `${policy.kind} ${keyOf(policy)} selects an end of this conversation; what it says is not evaluated yet, so what is intended is unknown`,
        { evidence },
      ),
    );
    verdict = 'unknown';
  }
  return { verdict, because, suspicions };
}

/** As kube-proxy on the sender's node should choose; for a packet from outside, on any node that has a choice. */
function chosenFrom(cluster: Cluster, source: Endpoint, destination: Endpoint, protocol: string): Choice {
  const target = targetOf(cluster, destination, protocol);
  const family = familyOfText(destination.ip);
  const home = homeOf(cluster, source);
  if (target === undefined) return { backends: [], empty: 'reject', policy: 'Cluster' };
  const where = homeOf(cluster, destination);
  if (home.kind !== 'outside')
    return chooseBackends(
      cluster,
      target,
      where.kind === 'node' ? where.node : home.node,
      family,
      where.kind !== 'node' || where.node === home.node,
    );
  const names = where.kind === 'node' ? [where.node] : cluster.nodes.map(({ metadata }) => metadata.name);
  const choices = names.map((name) => chooseBackends(cluster, target, name, family, false));
  return choices.find((choice) => choice.backends.length > 0) ?? choices[0] ?? { backends: [], empty: 'reject', policy: 'Cluster' };
}

function podAt(cluster: Cluster, end: Endpoint): Pod | undefined {
  return end.kind === 'pod'
    ? cluster.pods.find(({ metadata }) => metadata.namespace === end.namespace && metadata.name === end.name)
    : undefined;
}

function readiness(cluster: Cluster, sender: Pod | undefined, receivers: readonly Pod[], nodes: readonly string[]): Suspicion[] {
  const found: Suspicion[] = [];
  for (const pod of [...(sender === undefined ? [] : [sender]), ...receivers]) {
    if (isReady(pod)) continue;
    found.push(podNotReady(pod, pod === sender ? 'INFO' : 'WARNING'));
  }
  for (const name of new Set(nodes)) {
    const node = cluster.nodes.find(({ metadata }) => metadata.name === name);
    if (node === undefined || isNodeReady(node)) continue;
    // A node that is not there is more than a threat: this conversation needs it.
    found.push(nodeNotReady(node, cluster.hosts.get(name)?.kind === 'missing' ? 'CRITICAL' : 'WARNING'));
  }
  return found;
}

/** Endpoints of the Service that get nothing because they are not ready, while others do. */
function unready(cluster: Cluster, destination: Endpoint, protocol: string): readonly Suspicion[] {
  const target = targetOf(cluster, destination, protocol);
  if (target?.port === undefined) return [];
  const all = endpointsOf(cluster, target.service, target.port, familyOfText(destination.ip));
  return all.flatMap((backend) => {
    const pod = backend.ready || backend.terminating ? undefined : cluster.pods.find((candidate) => keyOf(candidate) === backend.pod);
    return pod === undefined ? [] : [podNotReady(pod, 'WARNING')];
  });
}

import type { Cluster } from '../cluster/cluster.ts';
import type { Pod, Policy } from '../cluster/objects.ts';
import type { ConfiguredCni } from '../health/cni.ts';

/** Policies that could have a say in a conversation between these pods: those that select one of them, in the direction that counts. */
export function policiesFor(cluster: Cluster, source: Pod | undefined, destinations: readonly Pod[]): readonly Policy[] {
  return cluster.policies.filter(
    (policy) =>
      (source !== undefined && selectsPod(policy, source, 'Egress')) || destinations.some((pod) => selectsPod(policy, pod, 'Ingress')),
  );
}

/** Does the network enforce policies of that kind? `undefined` where no plugin for the network says so. */
export function isEnforced(cni: ConfiguredCni | undefined, policy: Policy): boolean | undefined {
  const kinds = cni?.config.enforces ?? cni?.plugin.enforces;
  return kinds === undefined || kinds === 'unknown' ? undefined : kinds.includes(policy.kind);
}

/** What can't be told counts as selected: a policy is never taken for harmless by mistake. */
function selectsPod(policy: Policy, pod: Pod, direction: 'Ingress' | 'Egress'): boolean {
  // Policies do not reach pods on the host's network.
  if (pod.spec.hostNetwork) return false;
  if (policy.kind !== 'NetworkPolicy') return policy.metadata.namespace === '' || policy.metadata.namespace === pod.metadata.namespace;
  if (policy.metadata.namespace !== pod.metadata.namespace) return false;
  const spec = asRecord(policy.spec);
  const types = Array.isArray(spec['policyTypes'])
    ? spec['policyTypes']
    : ['Ingress', ...(Array.isArray(spec['egress']) ? ['Egress'] : [])];
  return types.includes(direction) && matches(asRecord(spec['podSelector']), pod.metadata.labels);
}

/** A label selector of apimachinery: an empty one selects everything. */
function matches(selector: Readonly<Record<string, unknown>>, labels: Readonly<Record<string, string>>): boolean {
  const exact = Object.entries(asRecord(selector['matchLabels']));
  if (exact.some(([key, value]) => labels[key] !== value)) return false;
  const expressions: readonly unknown[] = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'] : [];
  return expressions.every((expression) => {
    const { key, operator, values } = asRecord(expression) as { key?: unknown; operator?: unknown; values?: unknown };
    const value = typeof key === 'string' ? labels[key] : undefined;
    const listed = Array.isArray(values) && values.includes(value);
    switch (operator) {
      case 'In':
        return value !== undefined && listed;
      case 'NotIn':
        return value === undefined || !listed;
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return true;
    }
  });
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

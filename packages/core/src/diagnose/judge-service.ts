import { type Hop, type Step, formatIp, parseIp } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { Endpoint } from '../contracts/packet.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import { type ServiceTarget, chooseBackends, endpointsOf, familyOfText, slicesOf } from './backends.ts';
import { type Conversation, hopsOf } from './conversation.ts';
import { notProgrammed, portUnknown } from './leaving.ts';
import { isFinished, isReady, keyOf, podByAddress } from './owners.ts';
import { objectEvidence, suspect } from './suspect.ts';
import { selects } from './workload-pods.ts';

type Nat = Extract<Step, { kind: 'nat' }>;

/** Holds one way against what its Service should make of it. */
export function judgeService(cluster: Cluster, destination: Endpoint, target: ServiceTarget, conversation: Conversation): Conversation {
  const address = parseIp(destination.ip);
  const hops = hopsOf(conversation.forward);
  for (const hop of hops)
    for (const step of hop.steps)
      if (
        step.kind === 'nat' &&
        step.manip === 'destination' &&
        !step.restored &&
        step.before.dst === address &&
        step.before.dport === destination.port
      )
        return judgeBackend(cluster, target, conversation, hop, step);
  if (conversation.verdict === 'delivered' || conversation.verdict === 'unknown') return conversation;
  const [decided] = conversation.findings;
  const left = conversation.suspicions.find(
    ({ code, cause }) => cause === true && (code === 'SERVICE_NOT_PROGRAMMED' || code === 'SERVICE_PORT_UNKNOWN'),
  );
  const isNodes =
    decided !== undefined && cluster.hosts.get(decided.host)?.kind === 'dumped' && isRoot(cluster, decided.host, decided.namespace);
  const node = decided?.host ?? left?.on.id;
  if (node === undefined || (left === undefined && !isNodes)) return conversation;
  // What kube-proxy itself refuses in nftables mode: ports of a Service that it does not know.
  const byProxy =
    decided?.code === 'NETFILTER_REJECT' && decided.details['backend'] === 'nftables' && decided.details['table'] === 'kube-proxy';
  const symptom = decided?.code === 'SOCKET_NOT_LISTENING' || byProxy;
  const byRule = decided?.code === 'NETFILTER_REJECT' || decided?.code === 'NETFILTER_DROP';
  const family = familyOfText(destination.ip);
  const choice = chooseBackends(cluster, target, node, family, hops[0]?.host === node && hops[0].in === undefined);
  const add = (...more: readonly Suspicion[]): Conversation => ({
    ...conversation,
    findings: symptom ? [] : conversation.findings,
    suspicions: [...conversation.suspicions, ...more],
  });
  if (target.port === undefined)
    return left === undefined && (symptom || byRule) ? add(portUnknown(target.service, node, destination.port ?? 0, [])) : conversation;
  if (choice.backends.length === 0) {
    if (left === undefined && !symptom && !byRule) return conversation;
    return add(noEndpoints(cluster, target, node, family, choice.policy, true));
  }
  if (left !== undefined || !symptom) return conversation;
  return add(
    notProgrammed(
      target.service,
      node,
      `port ${String(destination.port ?? 0)} of ${destination.ip} is not translated to a backend`,
      decided.evidence,
    ),
  );
}

function isRoot(cluster: Cluster, host: string, namespace: string): boolean {
  const state = cluster.hosts.get(host);
  return state?.kind === 'dumped' && state.host.root === namespace;
}

function judgeBackend(cluster: Cluster, target: ServiceTarget, conversation: Conversation, hop: Hop, step: Nat): Conversation {
  const { port, service } = target;
  const family = typeof step.after.dst === 'number' ? 4 : 6;
  const ip = formatIp(step.after.dst);
  const listed = port === undefined ? [] : endpointsOf(cluster, service, port, family);
  if (
    listed.some(
      (backend) => parseIp(backend.ip) === step.after.dst && backend.port === step.after.dport && (backend.ready || backend.serving),
    )
  )
    return conversation;
  const pod = podByAddress(cluster, step.after.dst);
  const whose = pod === undefined ? 'which no pod has' : `which is pod ${keyOf(pod)}`;
  const key = keyOf(service);
  const fact = suspect(
    'SERVICE_BACKEND_UNEXPECTED',
    conversation.verdict === 'delivered' ? 'WARNING' : 'CRITICAL',
    { type: 'node', id: hop.host },
    `Node ${hop.host} sends packets for Service ${key} to ${ip} port ${String(step.after.dport)}, ${whose}: that is no endpoint of it`,
    {
      evidence: [
        ...step.evidence,
        ...slicesOf(cluster, service).map((slice) =>
          objectEvidence(
            'EndpointSlice',
            slice,
            '/endpoints',
            slice.endpoints.flatMap(({ addresses }) => addresses),
          ),
        ),
      ],
      remedy: `See whether kube-proxy on ${hop.host} still follows the API: kubectl logs -n kube-system -l k8s-app=kube-proxy --field-selector spec.nodeName=${hop.host}; deleting its pod there has the rules written anew.`,
      cause: conversation.verdict !== 'delivered' && pod === undefined,
    },
  );
  return { ...conversation, suspicions: [...conversation.suspicions, fact] };
}

/** Why a Service has nobody to send to. */
function noEndpoints(
  cluster: Cluster,
  { service, port }: ServiceTarget,
  node: string,
  family: 4 | 6,
  policy: 'Cluster' | 'Local',
  cause: boolean,
): Suspicion {
  const key = keyOf(service);
  const { namespace, name } = service.metadata;
  const { selector } = service.spec;
  const pods = cluster.pods.filter(
    (pod) => pod.metadata.namespace === namespace && selects(selector, pod.metadata.labels) && !isFinished(pod),
  );
  const all = port === undefined ? [] : endpointsOf(cluster, service, port, family);
  const elsewhere = policy === 'Local' && all.some((backend) => backend.ready);
  const text = Object.entries(selector)
    .map(([label, value]) => `${label}=${value}`)
    .join(',');
  const why = elsewhere
    ? `none of its ready pods runs on node ${node}, and its traffic policy is Local`
    : Object.keys(selector).length === 0
      ? 'it has no selector, and nobody has given it an EndpointSlice with a ready address'
      : pods.length === 0
        ? `its selector ${text} fits no pod in namespace ${namespace}`
        : pods.every((pod) => !isReady(pod))
          ? `none of the ${String(pods.length)} pods that its selector ${text} fits is ready (${pods
              .slice(0, 3)
              .map((pod) => pod.metadata.name)
              .join(', ')}${pods.length > 3 ? ', …' : ''})`
          : `its EndpointSlices list no ready address for port ${port === undefined ? '' : describe(port)}`;
  const remedy = elsewhere
    ? `kubectl get pods -n ${namespace} -o wide -l ${text}; run a pod on that node, or set the policy to Cluster.`
    : pods.length === 0
      ? `kubectl get pods -n ${namespace} --show-labels; give pods these labels, or mend the selector: kubectl edit svc -n ${namespace} ${name}`
      : `kubectl describe pods -n ${namespace} -l ${text}`;
  return suspect(
    'SERVICE_NO_ENDPOINTS',
    cause ? 'FATAL' : 'CRITICAL',
    { type: 'node', id: node },
    `Service ${key} has no endpoint to send to: ${why}`,
    {
      evidence: [
        objectEvidence('Service', service, '/spec/selector', selector),
        ...slicesOf(cluster, service).map((slice) =>
          objectEvidence(
            'EndpointSlice',
            slice,
            '/endpoints',
            slice.endpoints.map(({ addresses, conditions }) => ({ addresses, ready: conditions.ready })),
          ),
        ),
      ],
      remedy,
      cause,
    },
  );
}

function describe(port: NonNullable<ServiceTarget['port']>): string {
  return `${port.name === '' ? '' : `${port.name} `}${String(port.port)}/${port.protocol}`;
}

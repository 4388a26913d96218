import { type Finding, type Ip, type LinkAddress, bitsOf, contains, familyOf, formatIp, prefix } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import type { ServiceTarget } from './backends.ts';
import { type Conversation, hopsOf } from './conversation.ts';
import { keyOf, ownerOfAddress } from './owners.ts';
import { describePorts, portsOfService } from './ports.ts';
import { objectEvidence, suspect } from './suspect.ts';

/**
 * A packet that was handed to a wire for good. For an address outside that is the end of what can be seen; for a pod's or a Service's
 * it means that nobody in the cluster took it.
 */
export function judgeLeaving(cluster: Cluster, target: ServiceTarget | undefined, conversation: Conversation): Conversation {
  const last = conversation.forward.crossings.at(-1);
  if (conversation.verdict !== 'delivered' || conversation.forward.received !== undefined || last === undefined || last.to !== undefined)
    return conversation;
  const { edge } = last;
  const on = { type: 'node', id: edge.host };
  const { packet } = edge;
  const destination = packet.inner?.packet.dst ?? packet.dst;
  const owner = ownerOfAddress(cluster, destination);
  const address = formatIp(destination);
  const evidence = wayOut(conversation);
  const dropped: Conversation = { ...conversation, verdict: 'dropped', forward: { ...conversation.forward, verdict: 'dropped' } };
  const lost = (cause: Suspicion): Conversation => ({ ...dropped, suspicions: [...conversation.suspicions, cause] });
  const next = formatIp(edge.nextHop);
  switch (owner.kind) {
    case 'pod':
    case 'pod-network': {
      const down = downTowards(cluster, edge.host, edge.namespace, destination);
      if (down !== undefined) return { ...dropped, findings: [...conversation.findings, down] };
      const whose =
        owner.kind === 'pod' ? `pod ${keyOf(owner.pod)} (${address})` : `${address}, an address of the pod network ${owner.cidr}`;
      const where = owner.kind === 'pod' ? ` on node ${owner.pod.spec.nodeName}` : '';
      if (packet.inner !== undefined && ownerOfAddress(cluster, packet.dst).kind !== 'node')
        return lost(tunnelToNobody(edge.host, whose, formatIp(packet.dst), encapsulation(conversation)));
      return lost(
        suspect(
          'ROUTE_LEAVES_CLUSTER',
          'FATAL',
          on,
          `Node ${edge.host} has no route to ${whose} and sends the packet out of the cluster, to ${next} by ${edge.device}`,
          {
            evidence: [
              ...evidence,
              ...(owner.kind === 'pod' ? [objectEvidence('Pod', owner.pod, '/status/podIPs', owner.pod.status.podIPs)] : []),
            ],
            remedy: `On node ${edge.host}: ip route get ${address}; the route to the pods${where} is missing: a restart of the CNI's pod on ${edge.host} puts it back.`,
            cause: true,
          },
        ),
      );
    }
    case 'service': {
      if (owner.by === 'load-balancer') return seenOff(conversation, on, address, edge.host, edge.device);
      const key = keyOf(owner.service);
      const hasPort =
        target?.service === owner.service ? target.port !== undefined : owner.service.spec.ports.some((port) => port.port === packet.dport);
      if (!hasPort) return lost(portUnknown(owner.service, edge.host, packet.dport, evidence));
      return lost(
        notProgrammed(
          owner.service,
          edge.host,
          `packets to ${address} leave the cluster, to ${next} by ${edge.device}, instead of reaching a backend of Service ${key}`,
          evidence,
        ),
      );
    }
    case 'node':
    case 'external':
      return seenOff(conversation, on, address, edge.host, edge.device);
    default:
      return owner satisfies never;
  }
}

/** The tunnel's far end is no node's address: an entry of the sending node's tunnel is wrong, or stands for a node that is gone. */
function tunnelToNobody(node: string, whose: string, far: string, { device, evidence }: ReturnType<typeof encapsulation>): Suspicion {
  return suspect(
    'TUNNEL_ENDPOINT_OUTSIDE',
    'FATAL',
    { type: 'node', id: node },
    `Tunnel ${device} of node ${node} sends what is for ${whose} to ${far}, which is no node of this cluster`,
    {
      evidence,
      remedy: `On node ${node}: bridge fdb show dev ${device}; ip -d link show dev ${device}; a restart of the CNI's pod on ${node} puts the entry right.`,
      cause: true,
    },
  );
}

/** The last tunnel that the packet was put into, and what named the tunnel's far end. */
function encapsulation(conversation: Conversation): { readonly device: string; readonly evidence: Finding['evidence'] } {
  const steps = hopsOf(conversation.forward).flatMap((hop) => hop.steps);
  const last = steps.flatMap((step) => (step.kind === 'encapsulate' ? [step] : [])).at(-1);
  return { device: last?.device ?? '', evidence: last?.evidence ?? [] };
}

/** Without the device that leads there its routes are gone, and the default route takes what was for it: the device is the cause. */
function downTowards(cluster: Cluster, id: string, namespaceId: string, destination: Ip): Finding | undefined {
  const state = cluster.hosts.get(id);
  const namespace = state?.kind === 'dumped' ? state.host.namespaces.get(namespaceId) : undefined;
  const leads = ({ ip, length }: LinkAddress): boolean => length < bitsOf(familyOf(ip)) && contains(prefix(ip, length), destination);
  const link = namespace?.links.find(({ up, addresses }) => !up && addresses.some(leads));
  if (link === undefined) return undefined;
  const details = { device: link.name, destination: formatIp(destination) };
  return { code: 'LINK_DOWN', host: id, namespace: namespaceId, evidence: [link.source], details };
}

function seenOff(
  conversation: Conversation,
  on: { type: string; id: string },
  address: string,
  node: string,
  device: string,
): Conversation {
  const fact = suspect(
    'ENDPOINT_EXTERNAL_UNSEEN',
    'INFO',
    on,
    `${address} is outside of what can be seen: the packet counts as delivered once node ${node} has sent it out by ${device}`,
  );
  return { ...conversation, suspicions: [...conversation.suspicions, fact] };
}

type Service = ServiceTarget['service'];

export function notProgrammed(service: Service, node: string, what: string, evidence: Suspicion['evidence']): Suspicion {
  const { namespace, name } = service.metadata;
  return suspect(
    'SERVICE_NOT_PROGRAMMED',
    'FATAL',
    { type: 'node', id: node },
    `The kernel of node ${node} has no rule for Service ${namespace}/${name}: ${what}`,
    {
      evidence: [...evidence, objectEvidence('Service', service, '/spec/clusterIPs', service.spec.clusterIPs)],
      remedy: `See whether kube-proxy runs on ${node} and what it logs: kubectl get pods -n kube-system -o wide -l k8s-app=kube-proxy; deleting its pod there has the rules written anew.`,
      cause: true,
    },
  );
}

export function portUnknown(service: Service, node: string, port: number, evidence: Suspicion['evidence']): Suspicion {
  const { namespace, name } = service.metadata;
  return suspect(
    'SERVICE_PORT_UNKNOWN',
    'FATAL',
    { type: 'node', id: node },
    `Service ${namespace}/${name} has no port ${String(port)} of that protocol; it has ${describePorts(portsOfService(service))}`,
    {
      evidence: [objectEvidence('Service', service, '/spec/ports', service.spec.ports), ...evidence],
      remedy: `Ask for a port that it has, or add one: kubectl edit svc -n ${namespace} ${name}`,
      cause: true,
    },
  );
}

/** The route by which the last hop sent it out. */
function wayOut(conversation: Conversation): Finding['evidence'] {
  const steps = hopsOf(conversation.forward).at(-1)?.steps ?? [];
  return steps.filter((step) => step.kind === 'route').at(-1)?.evidence ?? [];
}

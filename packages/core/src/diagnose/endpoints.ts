import { type Ip, familyOf, formatIp, parseIp } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { Node, Pod, Service } from '../cluster/objects.ts';
import { type SkoopError, skoopError } from '../contracts/error.ts';
import type { Endpoint } from '../contracts/packet.ts';
import { type Result, err, ok } from '../contracts/result.ts';
import { shortName } from './kinds.ts';
import { internalAddresses, isFinished, keyOf, ownerOfAddress, pickAddress } from './owners.ts';
import { type OfferedPort, choosePort, portsOfPod, portsOfService } from './ports.ts';
import { type Reference, parseReference } from './reference.ts';
import { similar } from './similar.ts';
import { inOrder, podsOfWorkload } from './workload-pods.ts';

/** How the text of `-s` or `-d` is read. */
export interface EndpointOptions {
  /** Of `-n`, or the context's. */
  readonly namespace: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp';
  /** Of `-p`: a number or a name; 0 and absent mean none. */
  readonly port?: number | string;
  /** Which address to take where the object has both; the first of the object where absent. */
  readonly family?: 4 | 6;
}

/** `endpoint` is what is meant; `candidates` are all that the reference covers (a workload's pods), `endpoint` first. */
export interface ResolvedEndpoint {
  readonly endpoint: Endpoint;
  readonly candidates: readonly Endpoint[];
}

type Resolved = Result<ResolvedEndpoint, SkoopError>;

interface Question extends EndpointOptions {
  readonly cluster: Cluster;
  readonly role: 'source' | 'destination';
  readonly text: string;
  readonly written: string | undefined;
}

/** Documentation addresses that stand for "somewhere outside" (RFC 5737, RFC 3849). */
const OUTSIDE = { 4: '192.0.2.1', 6: '2001:db8::1' } as const;

/** One end of a question, as interface.md names them. The error lists what could have been meant. */
export function resolveEndpoint(cluster: Cluster, text: string, role: 'source' | 'destination', options: EndpointOptions): Resolved {
  const parsed = parseReference(text);
  if (!parsed.ok) return parsed;
  const reference = parsed.value;
  if (role === 'source' && reference.port !== undefined)
    return err(
      skoopError('PORT_ON_SOURCE', `the source "${text}" names a port`, { remedy: 'Leave it out; --sport sets the source port.' }),
    );
  const question: Question = { ...options, cluster, role, text, written: reference.port };
  return resolve(question, reference);
}

/** Both ends, with addresses of one family: the destination's where it has one only, else the source's. */
export function resolveEnds(
  cluster: Cluster,
  ends: { readonly source: string; readonly destination: string },
  options: Omit<EndpointOptions, 'family'>,
): Result<{ readonly source: ResolvedEndpoint; readonly destination: ResolvedEndpoint }, SkoopError> {
  const from = resolveEndpoint(cluster, ends.source, 'source', options);
  const to = resolveEndpoint(cluster, ends.destination, 'destination', options);
  if (!from.ok) return from;
  if (!to.ok) return to;
  const source = family(from.value);
  const destination = family(to.value);
  if (source === destination) return ok({ source: from.value, destination: to.value });
  const other = resolveEndpoint(cluster, ends.source, 'source', { ...options, family: destination });
  if (other.ok && family(other.value) === destination) return ok({ source: other.value, destination: to.value });
  const back = resolveEndpoint(cluster, ends.destination, 'destination', { ...options, family: source });
  if (back.ok && family(back.value) === source) return ok({ source: from.value, destination: back.value });
  return err(
    skoopError(
      'FAMILY_MISMATCH',
      `${ends.source} has an IPv${String(source)} address only (${from.value.endpoint.ip}), ${ends.destination} an IPv${String(destination)} one (${to.value.endpoint.ip})`,
      {
        remedy: 'No packet can have both: ask for ends of one IP version.',
      },
    ),
  );
}

function family({ endpoint }: ResolvedEndpoint): 4 | 6 {
  const ip = parseIp(endpoint.ip);
  return ip === undefined ? 4 : familyOf(ip);
}

function resolve(question: Question, reference: Reference): Resolved {
  const { cluster, text } = question;
  switch (reference.form) {
    case 'external':
      return plain(question, { kind: 'external', ip: OUTSIDE[question.family ?? 4] }, []);
    case 'ip':
      return byAddress(question, reference.ip);
    case 'dns':
      return service(question, reference.namespace, reference.name);
    case 'object':
      return object(question, reference.kind, reference.namespace ?? question.namespace, reference.name);
    case 'namespaced': {
      const pod = findPod(cluster, reference.namespace, reference.name);
      if (pod !== undefined) return podEnd(question, [pod]);
      const hasNamespace =
        cluster.namespaces.some(({ metadata }) => metadata.name === reference.namespace) ||
        cluster.pods.some(({ metadata }) => metadata.namespace === reference.namespace);
      if (hasNamespace || cluster.pods.length === 0)
        return err(unknown(question, `there is no pod ${reference.namespace}/${reference.name}`, reference.name));
      return err(
        unknown(question, `"${reference.namespace}" in "${text}" is neither a kind nor a namespace of this cluster`, reference.name),
      );
    }
    case 'name':
      return byName(question, reference.name);
    default:
      return reference satisfies never;
  }
}

function byName(question: Question, name: string): Resolved {
  const { cluster, namespace } = question;
  const pod = findPod(cluster, namespace, name);
  const dot = name.indexOf('.');
  const dotted = dot < 0 ? undefined : findService(cluster, name.slice(dot + 1), name.slice(0, dot));
  if (pod !== undefined && dotted !== undefined)
    return err(
      skoopError('OBJECT_AMBIGUOUS', `"${name}" is a pod and a Service`, { remedy: `Write pod/${keyOf(pod)} or svc/${keyOf(dotted)}.` }),
    );
  if (pod !== undefined) return podEnd(question, [pod]);
  if (dotted !== undefined) return serviceEnd(question, dotted);
  if (dot > 0 && !cluster.pods.some(({ metadata }) => metadata.name.startsWith(name)))
    return err(unknown(question, `there is no Service ${name.slice(0, dot)} in namespace ${name.slice(dot + 1)}`, name.slice(0, dot)));
  return err(unknown(question, `there is no pod ${namespace}/${name}`, name));
}

function object(question: Question, kind: string, namespace: string, name: string): Resolved {
  const { cluster } = question;
  switch (kind) {
    case 'Pod': {
      const pod = findPod(cluster, namespace, name);
      return pod === undefined ? err(unknown(question, `there is no pod ${namespace}/${name}`, name)) : podEnd(question, [pod]);
    }
    case 'Service':
      return service(question, namespace, name);
    case 'Node': {
      const node = cluster.nodes.find(({ metadata }) => metadata.name === name);
      return node === undefined
        ? err(unknown(question, `there is no node ${name}`, name))
        : nodeEnd(question, node, pickAddress(internalAddresses(node), question.family));
    }
    default: {
      const workload = cluster.workloads.find(
        (candidate) => candidate.kind === kind && candidate.metadata.namespace === namespace && candidate.metadata.name === name,
      );
      if (workload === undefined) return err(unknown(question, `there is no ${kind} ${namespace}/${name}`, name));
      const pods = podsOfWorkload(cluster, workload);
      const usable = pods.filter((pod) => pod.status.phase === 'Running' && pod.status.podIPs.length > 0);
      if (usable.length > 0) return podEnd(question, usable);
      const why =
        pods.length === 0
          ? 'has no pods'
          : `has no running pod: ${pods
              .slice(0, 3)
              .map((pod) => `${pod.metadata.name} is ${pod.status.phase}`)
              .join(', ')}`;
      return err(
        skoopError('POD_NOT_RUNNING', `${kind} ${namespace}/${name} ${why}`, {
          remedy: `See why: kubectl describe ${shortName(kind)} -n ${namespace} ${name}`,
        }),
      );
    }
  }
}

function service(question: Question, namespace: string, name: string): Resolved {
  const found = findService(question.cluster, namespace, name);
  return found === undefined ? err(unknown(question, `there is no Service ${namespace}/${name}`, name)) : serviceEnd(question, found);
}

function byAddress(question: Question, ip: Ip): Resolved {
  const text = formatIp(ip);
  const owner = ownerOfAddress(question.cluster, ip);
  switch (owner.kind) {
    case 'pod':
      return podEnd(question, [owner.pod], text);
    case 'node':
      return nodeEnd(question, owner.node, text);
    case 'service':
      return serviceEnd(question, owner.service, text);
    case 'pod-network':
      return plain(question, { kind: 'ip', ip: text }, []);
    case 'external':
      return plain(question, { kind: 'external', ip: text }, []);
    default:
      return owner satisfies never;
  }
}

function podEnd(question: Question, pods: readonly Pod[], address?: string): Resolved {
  const [pod] = pods;
  if (pod === undefined) return err(unknown(question, 'no pod is meant', ''));
  const ip = address ?? pickAddress(pod.status.podIPs, question.family) ?? pickAddress(pod.status.podIPs, undefined);
  if (ip === undefined || isFinished(pod)) {
    const waits = pod.status.conditions.find(({ status, message }) => status === 'False' && message !== '')?.message;
    const why =
      ip === undefined && !isFinished(pod)
        ? `has no address yet: it is ${pod.status.phase}${waits === undefined ? '' : ` (${waits})`}`
        : `is not running: it is ${pod.status.phase}`;
    return err(
      skoopError('POD_NOT_RUNNING', `pod ${keyOf(pod)} ${why}`, {
        remedy: `See why: kubectl describe pod -n ${pod.metadata.namespace} ${pod.metadata.name}`,
      }),
    );
  }
  const first = port(question, `pod/${keyOf(pod)}`, portsOfPod(pod));
  if (!first.ok) return first;
  const candidates: Endpoint[] = [];
  for (const each of pods) {
    const own = each === pod ? ip : (pickAddress(each.status.podIPs, question.family) ?? pickAddress(each.status.podIPs, undefined));
    const at = each === pod ? first : port(question, `pod/${keyOf(each)}`, portsOfPod(each));
    if (own !== undefined && at.ok)
      candidates.push({ kind: 'pod', namespace: each.metadata.namespace, name: each.metadata.name, ip: own, ...at.value });
  }
  return all(candidates);
}

function nodeEnd(question: Question, node: Node, address: string | undefined): Resolved {
  const { name } = node.metadata;
  const ip =
    address ??
    pickAddress(internalAddresses(node), undefined) ??
    pickAddress(
      node.status.addresses.map((entry) => entry.address),
      undefined,
    );
  if (ip === undefined)
    return err(
      skoopError('NODE_WITHOUT_ADDRESS', `node ${name} has no address in the API`, {
        remedy: `See its status: kubectl get node ${name} -o yaml`,
      }),
    );
  const offered = question.cluster.services.flatMap(({ spec, metadata }) =>
    spec.ports
      .filter((entry) => entry.nodePort > 0)
      .map((entry) => ({ name: `NodePort of ${metadata.namespace}/${metadata.name}`, number: entry.nodePort, protocol: entry.protocol })),
  );
  return plain(question, { kind: 'node', name, ip }, offered, true);
}

function serviceEnd(question: Question, found: Service, address?: string): Resolved {
  const key = keyOf(found);
  const { metadata, spec } = found;
  if (question.role === 'source') {
    return err(
      skoopError('SOURCE_IS_SERVICE', `Service ${key} can't be a source: a Service sends nothing`, {
        remedy: `Name one of its pods: kubectl get endpointslices -n ${metadata.namespace} -l kubernetes.io/service-name=${metadata.name}`,
      }),
    );
  }
  if (spec.type === 'ExternalName')
    return err(
      skoopError('SERVICE_EXTERNAL_NAME', `Service ${key} is only another name for ${spec.externalName}`, {
        remedy: `Resolve ${spec.externalName} where the source runs, and ask for that address.`,
      }),
    );
  if (spec.headless) return headless(question, found);
  const ip = address ?? pickAddress(spec.clusterIPs, question.family) ?? pickAddress(spec.clusterIPs, undefined);
  if (ip === undefined)
    return err(
      skoopError('SERVICE_WITHOUT_ADDRESS', `Service ${key} has no cluster IP`, {
        remedy: `See its status: kubectl get svc -n ${metadata.namespace} ${metadata.name} -o yaml`,
      }),
    );
  return plain(question, { kind: 'service', namespace: metadata.namespace, name: metadata.name, ip, service: key }, portsOfService(found));
}

/** Its name resolves to its pods' addresses: they are what a client sends to, on their own port. */
function headless(question: Question, found: Service): Resolved {
  const key = keyOf(found);
  const asked = port(question, `svc/${key}`, portsOfService(found));
  if (!asked.ok) return asked;
  const entry = found.spec.ports.find(
    (candidate) => candidate.port === asked.value.port && candidate.protocol.toLowerCase() === question.protocol,
  );
  const slices = question.cluster.endpointSlices.filter(
    ({ metadata }) =>
      metadata.namespace === found.metadata.namespace && metadata.labels['kubernetes.io/service-name'] === found.metadata.name,
  );
  const candidates: Endpoint[] = [];
  for (const pod of inOrder(question.cluster.pods.filter((candidate) => candidate.metadata.namespace === found.metadata.namespace))) {
    for (const slice of slices) {
      const listed = slice.endpoints.find(
        ({ targetRef, conditions }) =>
          targetRef?.kind === 'Pod' && targetRef.name === pod.metadata.name && (conditions.ready || found.spec.publishNotReadyAddresses),
      );
      const ip = listed === undefined ? undefined : pickAddress(listed.addresses, question.family);
      if (ip === undefined) continue;
      const number =
        slice.ports.find(({ name, protocol }) => name === (entry?.name ?? '') && protocol.toLowerCase() === question.protocol)?.port ??
        asked.value.port;
      candidates.push({
        kind: 'pod',
        namespace: pod.metadata.namespace,
        name: pod.metadata.name,
        ip,
        service: key,
        ...(number === undefined ? {} : { port: number }),
      });
    }
  }
  if (candidates.length > 0) return all(candidates);
  return err(
    skoopError('SERVICE_WITHOUT_ADDRESS', `headless Service ${key} has no ready pod: its name resolves to nothing`, {
      remedy: `See its endpoints: kubectl get endpointslices -n ${found.metadata.namespace} -l kubernetes.io/service-name=${found.metadata.name}`,
    }),
  );
}

function plain(question: Question, end: Endpoint, offered: readonly OfferedPort[], isGuess = false): Resolved {
  const on =
    end.name === undefined ? end.ip : end.kind === 'service' ? `svc/${end.namespace ?? ''}/${end.name}` : `${end.kind}/${end.name}`;
  const at = port(question, on, offered, isGuess);
  return at.ok ? all([{ ...end, ...at.value }]) : at;
}

/** `isGuess`: the ports offered are only hints, none of them is taken by itself. */
function port(
  question: Question,
  on: string,
  offered: readonly OfferedPort[],
  isGuess = false,
): Result<{ readonly port?: number }, SkoopError> {
  if (question.role === 'source') return ok({});
  const hasPort = question.written !== undefined || (question.port !== undefined && question.port !== 0 && question.port !== '');
  if (isGuess && !hasPort && question.protocol !== 'icmp')
    return err(
      skoopError('PORT_NEEDED', `${on} needs a port`, {
        remedy: `Write ${on}:PORT or -p PORT.${offered.length === 0 ? '' : ` ${offered.map((entry) => `${String(entry.number)}/${entry.protocol} is the ${entry.name}`).join(', ')}.`}`,
      }),
    );
  const chosen = choosePort({ protocol: question.protocol, written: question.written, flag: question.port, on, offered });
  return chosen.ok ? ok({ port: chosen.value }) : chosen;
}

function all(candidates: readonly Endpoint[]): Resolved {
  const [endpoint] = candidates;
  return endpoint === undefined ? err(skoopError('OBJECT_UNKNOWN', 'nothing is meant')) : ok({ endpoint, candidates });
}

function findPod(cluster: Cluster, namespace: string, name: string): Pod | undefined {
  return cluster.pods.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
}

function findService(cluster: Cluster, namespace: string, name: string): Service | undefined {
  return cluster.services.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
}

function unknown({ cluster }: Question, what: string, name: string): SkoopError {
  const known = [
    ...cluster.pods.map((pod) => `pod/${keyOf(pod)}`),
    ...cluster.services.map((found) => `svc/${keyOf(found)}`),
    ...cluster.nodes.map((node) => `node/${keyOf(node)}`),
    ...cluster.workloads.filter(({ kind }) => kind !== 'ReplicaSet').map((workload) => `${shortName(workload.kind)}/${keyOf(workload)}`),
  ];
  const near = similar(name, known);
  return skoopError('OBJECT_UNKNOWN', what, {
    remedy: near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'List what is there: kubectl get pods,services -A',
  });
}

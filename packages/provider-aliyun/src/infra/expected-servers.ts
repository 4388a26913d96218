import type { Cluster, Node, Service, ServicePort } from '@skoop/core';
import { type Ip, formatIp, parseIp } from '@skoop/netstack';
import { ecsIdOfNode } from '../model/provider-id.ts';

/** A server that the cloud controller manager should have put behind a listener. */
export interface ExpectedServer {
  /** Id of the instance; '' for a pod, which is known by its address. */
  readonly instance: string;
  readonly address: Ip | undefined;
  readonly port: number;
  /** For a sentence. */
  readonly name: string;
}

const EXCLUDING = [
  'node.kubernetes.io/exclude-from-external-load-balancers',
  'alpha.service-controller.kubernetes.io/exclude-balancer',
  'service.beta.kubernetes.io/exclude-node',
  'service.alibabacloud.com/exclude-node',
  'node-role.kubernetes.io/master',
];

/** As the controller computes them: pods in ENI mode, else nodes by their NodePort, those with endpoints alone where the policy is Local. */
export function expectedServers(cluster: Cluster, service: Service, port: ServicePort): readonly ExpectedServer[] {
  const endpoints = readyEndpoints(cluster, service, port);
  if (isEniMode(service))
    return endpoints.map(({ address, port: number, pod }) => ({ instance: '', address, port: number, name: `pod ${pod}` }));
  const hosts = new Set(endpoints.map(({ node }) => node));
  return cluster.nodes
    .filter((node) => isEligible(node) && (service.spec.externalTrafficPolicy !== 'Local' || hosts.has(node.metadata.name)))
    .flatMap((node) => {
      const id = ecsIdOfNode(node);
      const address = internalAddress(node);
      return id === undefined ? [] : [{ instance: id.instance, address, port: port.nodePort, name: `node ${node.metadata.name}` }];
    });
}

/** Said by an annotation; a Service without NodePorts can't be served otherwise. */
function isEniMode({ metadata, spec }: Service): boolean {
  return (
    metadata.annotations['service.beta.kubernetes.io/backend-type'] === 'eni' ||
    (spec.type === 'LoadBalancer' && spec.ports.every(({ nodePort }) => nodePort === 0))
  );
}

function isEligible({ metadata, spec, status }: Node): boolean {
  const isReady = status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  return isReady && !spec.providerID.startsWith('ack-hybrid://') && !EXCLUDING.some((label) => Object.hasOwn(metadata.labels, label));
}

export function internalAddress(node: Node): Ip | undefined {
  const found = node.status.addresses.find(({ type }) => type === 'InternalIP');
  return found === undefined ? undefined : parseIp(found.address);
}

function readyEndpoints(
  cluster: Cluster,
  { metadata }: Service,
  port: ServicePort,
): readonly { readonly address: Ip; readonly port: number; readonly node: string; readonly pod: string }[] {
  const slices = cluster.endpointSlices.filter(
    (slice) =>
      slice.metadata.namespace === metadata.namespace &&
      slice.metadata.labels['kubernetes.io/service-name'] === metadata.name &&
      slice.addressType === 'IPv4',
  );
  return slices.flatMap((slice) => {
    const number = slice.ports.find(({ name, protocol }) => name === port.name && protocol === port.protocol)?.port;
    return slice.endpoints
      .filter(({ conditions }) => conditions.ready)
      .flatMap(({ addresses, nodeName, targetRef }) => {
        const address = parseIp(addresses[0] ?? '');
        return address === undefined || number === undefined
          ? []
          : [{ address, port: number, node: nodeName, pod: targetRef?.name ?? formatIp(address) }];
      });
  });
}

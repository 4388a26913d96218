import { customResourceOf } from '../cluster/custom-objects.ts';
import { type Mask, cut, maskOf } from '../cluster/mask.ts';
import { POLICY_KINDS, WORKLOAD_KINDS } from '../cluster/parse-objects.ts';
import { isRecord, itemsOf, textOf } from '../cluster/raw-list.ts';
import type { CustomResource } from '../contracts/manifest.ts';
import { withoutCredentials } from './credentials.ts';

const CONDITIONS: Mask = { type: true, status: true, reason: true, message: true };
const CONTAINER: Mask = {
  name: true,
  restartPolicy: true,
  ports: { name: true, containerPort: true, hostPort: true, hostIP: true, protocol: true },
};

/** What the schemas of `cluster/schema` read, beside metadata. */
const FIELDS: Readonly<Record<string, Mask>> = {
  Node: {
    spec: { providerID: true, podCIDR: true, podCIDRs: true, unschedulable: true },
    status: {
      addresses: { type: true, address: true },
      conditions: CONDITIONS,
      nodeInfo: {
        kubeletVersion: true,
        kubeProxyVersion: true,
        osImage: true,
        kernelVersion: true,
        containerRuntimeVersion: true,
        operatingSystem: true,
      },
    },
  },
  Pod: {
    spec: { nodeName: true, hostNetwork: true, containers: CONTAINER, initContainers: CONTAINER },
    status: { phase: true, podIP: true, podIPs: { ip: true }, hostIP: true, conditions: CONDITIONS },
  },
  Service: {
    spec: {
      type: true,
      clusterIP: true,
      clusterIPs: true,
      externalName: true,
      externalIPs: true,
      ports: { name: true, protocol: true, port: true, targetPort: true, nodePort: true },
      selector: true,
      sessionAffinity: true,
      internalTrafficPolicy: true,
      externalTrafficPolicy: true,
      loadBalancerSourceRanges: true,
      publishNotReadyAddresses: true,
    },
    status: { loadBalancer: { ingress: { ip: true, hostname: true, ipMode: true } } },
  },
  EndpointSlice: {
    addressType: true,
    endpoints: {
      addresses: true,
      conditions: { ready: true, serving: true, terminating: true },
      nodeName: true,
      targetRef: { kind: true, namespace: true, name: true },
    },
    ports: { name: true, protocol: true, port: true },
  },
  Namespace: {},
  ConfigMap: { data: true },
  ...Object.fromEntries(WORKLOAD_KINDS.map((kind) => [kind, { spec: { selector: true } } satisfies Mask])),
  ...Object.fromEntries(POLICY_KINDS.map((kind) => [kind, { spec: true } satisfies Mask])),
};

const META: Mask = {
  name: true,
  namespace: true,
  uid: true,
  labels: true,
  annotations: true,
  deletionTimestamp: true,
  ownerReferences: { kind: true, name: true, uid: true },
};

export interface Allowed {
  /** A list that holds the fields that skoop reads, and no other. */
  readonly list: { readonly kind: 'List'; readonly apiVersion: 'v1'; readonly items: readonly unknown[] };
  /** Kinds that were left out, since nothing reads them. */
  readonly leftOut: readonly string[];
  readonly hasSecrets: boolean;
}

/**
 * Takes from a Kubernetes list what may go into a snapshot: no environment, no arguments, no Secret.
 *
 * @param annotations keys, or beginnings of keys, of the annotations that a plugin reads
 * @param resources that a plugin reads, with the fields
 */
export function allowed(list: unknown, annotations: readonly string[], resources: readonly CustomResource[] = []): Allowed {
  const leftOut = new Set<string>();
  let hasSecrets = false;
  const items = (itemsOf(list) ?? []).flatMap(({ kind, group, raw }) => {
    if (kind.split('.', 1)[0] === 'Secret') hasSecrets = true;
    const custom = customResourceOf(resources, kind, group);
    const mask = Object.hasOwn(FIELDS, kind) ? FIELDS[kind] : custom && maskOf(custom.fields);
    if (mask === undefined) {
      leftOut.add(kind);
      return [];
    }
    const whole = cut(raw, mask) as Record<string, unknown>;
    const fields = kind === 'ConfigMap' ? { ...whole, data: withoutCredentials(whole['data']) } : whole;
    const metadata = cut(raw['metadata'], META);
    const kept =
      isRecord(metadata) && isRecord(metadata['annotations'])
        ? { ...metadata, annotations: wanted(metadata['annotations'], annotations) }
        : metadata;
    const apiVersion = textOf(raw['apiVersion']) || (isRecord(list) ? textOf(list['apiVersion']) : '') || 'v1';
    return [{ kind: kind.split('.', 1)[0], apiVersion, metadata: kept, ...fields }];
  });
  return { list: { kind: 'List', apiVersion: 'v1', items }, leftOut: [...leftOut], hasSecrets };
}

function wanted(all: Readonly<Record<string, unknown>>, prefixes: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => prefixes.some((prefix) => key.startsWith(prefix))));
}

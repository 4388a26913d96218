import { POLICY_KINDS, WORKLOAD_KINDS } from './parse-objects.ts';
import { isRecord, itemsOf, textOf } from './raw-list.ts';
import { pickAnnotations } from './schema/meta.ts';

export interface PruneOptions {
  /** Whole keys or prefixes of the annotations that stay. */
  readonly annotations: readonly string[];
  /** `kube-system/kube-proxy`: no other ConfigMap stays. */
  readonly configMaps: readonly string[];
}

/** What stays of an object. `true`: all of it; an array's tree is that of each item. */
type Tree = true | { readonly [field: string]: Tree };

const PORTS: Tree = { name: true, containerPort: true, hostPort: true, hostIP: true, protocol: true };
const CONDITIONS: Tree = { type: true, status: true, reason: true, message: true };
const SELECTOR: Tree = { spec: { selector: true } };

const KEPT: ReadonlyMap<string, Tree> = new Map(
  Object.entries<Tree>({
    Node: {
      spec: { providerID: true, podCIDR: true, podCIDRs: true, unschedulable: true },
      status: { addresses: true, conditions: CONDITIONS, nodeInfo: { kubeletVersion: true, osImage: true, kernelVersion: true } },
    },
    Pod: {
      spec: {
        nodeName: true,
        hostNetwork: true,
        containers: { name: true, ports: PORTS },
        initContainers: { name: true, restartPolicy: true, ports: PORTS },
      },
      status: { phase: true, podIP: true, podIPs: true, hostIP: true, conditions: CONDITIONS },
    },
    Service: {
      spec: {
        type: true,
        clusterIP: true,
        clusterIPs: true,
        externalName: true,
        externalIPs: true,
        ports: true,
        selector: true,
        sessionAffinity: true,
        internalTrafficPolicy: true,
        externalTrafficPolicy: true,
        loadBalancerSourceRanges: true,
        publishNotReadyAddresses: true,
      },
      status: { loadBalancer: true },
    },
    EndpointSlice: {
      addressType: true,
      endpoints: { addresses: true, conditions: true, nodeName: true, targetRef: { kind: true, namespace: true, name: true } },
      ports: true,
    },
    Namespace: {},
    ConfigMap: { data: true },
    ...Object.fromEntries(WORKLOAD_KINDS.map((kind) => [kind, SELECTOR])),
    ...Object.fromEntries(POLICY_KINDS.map((kind) => [kind, { spec: true as const }])),
  }),
);

const META: Tree = {
  name: true,
  namespace: true,
  uid: true,
  labels: true,
  ownerReferences: { kind: true, name: true, uid: true },
  deletionTimestamp: true,
};

/**
 * The part of a raw object that a snapshot keeps: what `parseObjects` reads, and no more. No environment, arguments, or commands; of
 * annotations only those named; of ConfigMaps only those named, without anything that looks like credentials.
 *
 * @returns undefined for an object that a snapshot does not keep at all: a Secret, a kind that skoop does not read
 */
export function pruneForSnapshot(kind: string, raw: unknown, options: PruneOptions): Readonly<Record<string, unknown>> | undefined {
  const tree = KEPT.get(kind);
  if (tree === undefined || !isRecord(raw)) return undefined;
  const metadata = isRecord(raw['metadata']) ? raw['metadata'] : {};
  if (kind === 'ConfigMap' && !options.configMaps.includes(`${textOf(metadata['namespace'])}/${textOf(metadata['name'])}`))
    return undefined;
  const all = isRecord(metadata['annotations']) ? metadata['annotations'] : {};
  const texts = Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  const annotations = pickAnnotations(texts, options.annotations);
  const kept = keep(raw, tree) as Readonly<Record<string, unknown>>;
  return {
    ...(typeof raw['apiVersion'] === 'string' ? { apiVersion: raw['apiVersion'] } : {}),
    kind: kind.split('.')[0] ?? kind,
    metadata: { ...(keep(metadata, META) as object), ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    ...kept,
    ...(kind === 'ConfigMap' ? { data: withoutCredentials(kept['data']) } : {}),
  };
}

/** A whole list, as `parseObjects` takes it. */
export function pruneList(list: unknown, options: PruneOptions): Readonly<Record<string, unknown>> {
  const version = isRecord(list) ? textOf(list['apiVersion']) : '';
  const items = (itemsOf(list) ?? []).flatMap(({ kind, raw }) => {
    // Without an apiVersion of its own, an item in a mixed list would lose the group that its list says.
    const item = pruneForSnapshot(kind, raw['apiVersion'] === undefined && version !== '' ? { apiVersion: version, ...raw } : raw, options);
    return item === undefined ? [] : [item];
  });
  return { apiVersion: 'v1', kind: 'List', items };
}

function keep(value: unknown, tree: Tree): unknown {
  if (tree === true) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => keep(item, tree));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(tree).flatMap(([field, below]) => (value[field] === undefined ? [] : [[field, keep(value[field], below)]])),
  );
}

const CREDENTIAL_KEY = /kubeconfig|token|password|secret|\.key$|\.pem$/i;
const CREDENTIAL_VALUE = /PRIVATE KEY-----|client-key-data:|kind:\s*"?Config"?\s*$|(^|\s)(token|password):\s*\S/m;

function withoutCredentials(data: unknown): unknown {
  if (!isRecord(data)) return {};
  return Object.fromEntries(
    Object.entries(data).filter(([key, value]) => !CREDENTIAL_KEY.test(key) && typeof value === 'string' && !CREDENTIAL_VALUE.test(value)),
  );
}

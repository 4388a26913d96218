/** A resource of the API: where its list is, and what it is called in an RBAC rule. */
export interface Resource {
  /** Plural, as kubectl and RBAC have it; with the group where the plural alone does not tell: also the key of its list. */
  readonly name: string;
  readonly resource: string;
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  /** `PodList` */
  readonly listKind: string;
  /** The same objects under another group: where the server has that, this one is not asked for. */
  readonly insteadOf?: string;
}

function resource(resourceName: string, kind: string, groupVersion: string, name = resourceName): Resource {
  const [group, version] = groupVersion.includes('/') ? (groupVersion.split('/') as [string, string]) : (['', groupVersion] as const);
  return { name, resource: resourceName, group, version, listKind: `${kind}List` };
}

export function listPath({ group, version, resource: plural }: Resource): string {
  return group === '' ? `/api/${version}/${plural}` : `/apis/${group}/${version}/${plural}`;
}

/** Without these there is no diagnosis. */
export const REQUIRED: readonly Resource[] = [
  resource('nodes', 'Node', 'v1'),
  resource('pods', 'Pod', 'v1'),
  resource('services', 'Service', 'v1'),
  resource('endpointslices', 'EndpointSlice', 'discovery.k8s.io/v1'),
];

export const NAMESPACES = resource('namespaces', 'Namespace', 'v1');

/** Needed where an end is named by its workload, and in a snapshot. */
export const WORKLOADS: readonly Resource[] = [
  resource('deployments', 'Deployment', 'apps/v1'),
  resource('replicasets', 'ReplicaSet', 'apps/v1'),
  resource('statefulsets', 'StatefulSet', 'apps/v1'),
  resource('daemonsets', 'DaemonSet', 'apps/v1'),
  resource('jobs', 'Job', 'batch/v1'),
  resource('cronjobs', 'CronJob', 'batch/v1'),
  resource('replicationcontrollers', 'ReplicationController', 'v1'),
];

/** A cluster that does not have the group or the resource has none of these policies. The version is the one used where the server names none. */
export const POLICIES: readonly Resource[] = [
  resource('networkpolicies', 'NetworkPolicy', 'networking.k8s.io/v1'),
  resource('adminnetworkpolicies', 'AdminNetworkPolicy', 'policy.networking.k8s.io/v1alpha1'),
  resource('baselineadminnetworkpolicies', 'BaselineAdminNetworkPolicy', 'policy.networking.k8s.io/v1alpha1'),
  resource('clusternetworkpolicies', 'ClusterNetworkPolicy', 'policy.networking.k8s.io/v1alpha2'),
  resource('networkpolicies', 'NetworkPolicy', 'crd.projectcalico.org/v1', 'networkpolicies.crd.projectcalico.org'),
  resource('globalnetworkpolicies', 'GlobalNetworkPolicy', 'crd.projectcalico.org/v1', 'globalnetworkpolicies.crd.projectcalico.org'),
  // Behind an API server of Calico's own the same objects again; since 3.32 they may be there alone.
  {
    ...resource('networkpolicies', 'NetworkPolicy', 'projectcalico.org/v3', 'networkpolicies.projectcalico.org'),
    insteadOf: 'crd.projectcalico.org',
  },
  {
    ...resource('globalnetworkpolicies', 'GlobalNetworkPolicy', 'projectcalico.org/v3', 'globalnetworkpolicies.projectcalico.org'),
    insteadOf: 'crd.projectcalico.org',
  },
  resource('ciliumnetworkpolicies', 'CiliumNetworkPolicy', 'cilium.io/v2'),
  resource('ciliumclusterwidenetworkpolicies', 'CiliumClusterwideNetworkPolicy', 'cilium.io/v2'),
];

/** Kinds that can be named as an end, with what kubectl calls them. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  Pod: ['pod', 'pods', 'po'],
  Service: ['service', 'services', 'svc'],
  Node: ['node', 'nodes', 'no'],
  Deployment: ['deployment', 'deployments', 'deploy'],
  ReplicaSet: ['replicaset', 'replicasets', 'rs'],
  StatefulSet: ['statefulset', 'statefulsets', 'sts'],
  DaemonSet: ['daemonset', 'daemonsets', 'ds'],
  Job: ['job', 'jobs'],
  CronJob: ['cronjob', 'cronjobs', 'cj'],
  ReplicationController: ['replicationcontroller', 'replicationcontrollers', 'rc'],
};

const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([kind, names]) => names.map((name) => [name, kind] as const)),
);

/** `po`, `Pods`, `deployments.apps` → the kind as the API writes it; `undefined` for what is no kind. */
export function kindOf(text: string): string | undefined {
  const [name = ''] = text.toLowerCase().split('.');
  return KINDS.get(name);
}

/** `pod`, `svc`, …: what a user types, for messages. */
export function shortName(kind: string): string {
  return { Service: 'svc', Deployment: 'deploy', StatefulSet: 'sts', DaemonSet: 'ds', ReplicaSet: 'rs' }[kind] ?? kind.toLowerCase();
}

/** For an error: what may stand in front of the slash. */
export function kindNames(): readonly string[] {
  return Object.values(NAMES).map((names) => [...names].sort((a, b) => a.length - b.length)[0] ?? '');
}

/** The parts of Kubernetes objects that skoop reads: the allow-list that a snapshot keeps. Validated where they enter. */
export interface ObjectMeta {
  readonly name: string;
  /** '' for what is not namespaced. */
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Only those that a plugin names. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
  readonly deletionTimestamp?: string;
}

export interface Node {
  readonly metadata: ObjectMeta;
  readonly spec: { readonly providerID: string; readonly podCIDRs: readonly string[]; readonly unschedulable: boolean };
  readonly status: {
    readonly addresses: readonly { readonly type: string; readonly address: string }[];
    readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string; readonly message: string }[];
    readonly kubeletVersion: string;
    readonly osImage: string;
    readonly kernelVersion: string;
  };
}

export interface ContainerPort {
  readonly name: string;
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIP: string;
  readonly protocol: string;
}

export interface Pod {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly nodeName: string;
    readonly hostNetwork: boolean;
    readonly containers: readonly { readonly name: string; readonly ports: readonly ContainerPort[] }[];
  };
  readonly status: {
    readonly phase: string;
    readonly podIPs: readonly string[];
    readonly hostIP: string;
    readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string; readonly message: string }[];
  };
}

export interface ServicePort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  /** A number, or the name of a container's port. */
  readonly targetPort: number | string;
  readonly nodePort: number;
}

export interface Service {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly type: string;
    /** Without `None`; empty for a headless one. */
    readonly clusterIPs: readonly string[];
    readonly headless: boolean;
    readonly externalName: string;
    readonly externalIPs: readonly string[];
    readonly ports: readonly ServicePort[];
    readonly selector: Readonly<Record<string, string>>;
    readonly sessionAffinity: string;
    readonly internalTrafficPolicy: string;
    readonly externalTrafficPolicy: string;
    readonly loadBalancerSourceRanges: readonly string[];
    readonly publishNotReadyAddresses: boolean;
  };
  readonly status: { readonly ingress: readonly { readonly ip: string; readonly hostname: string; readonly ipMode: string }[] };
}

export interface EndpointSlice {
  readonly metadata: ObjectMeta;
  readonly addressType: string;
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly conditions: { readonly ready: boolean; readonly serving: boolean; readonly terminating: boolean };
    readonly nodeName: string;
    readonly targetRef: { readonly kind: string; readonly namespace: string; readonly name: string } | undefined;
  }[];
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number }[];
}

export interface Workload {
  /** Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob, ReplicationController. */
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly matchLabels: Readonly<Record<string, string>>;
}

export interface ConfigMap {
  readonly metadata: ObjectMeta;
  readonly data: Readonly<Record<string, string>>;
}

/** A policy object of any kind: which pods it selects, no more; it is not evaluated yet. */
export interface Policy {
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: unknown;
}

export interface Namespace {
  readonly metadata: ObjectMeta;
}

/** An object of an API group that is not Kubernetes' own, as a plugin's manifest names it. What its fields hold is for the plugin to check. */
export interface CustomObject {
  /** `IPPool` */
  readonly kind: string;
  /** `crd.projectcalico.org` */
  readonly group: string;
  readonly metadata: ObjectMeta;
  /** Of the object itself (`spec`, …), only those that the manifest names. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The version of these contracts. A plugin's manifest states the range of them that it fits. */
export const CONTRACT_VERSION = '1.0.0';

/** The field `skoop` of a plugin's package.json. Paths are relative to the package. */
export interface Manifest {
  /** Range of contract versions, `^1.0`. */
  readonly contract: string;
  /** Module whose default export is the list of the package's ConfigBinders; small, with no SDK in it. */
  readonly config?: string;
  /** Folder of the pages of its suspicion codes, one CODE.md each. */
  readonly codes?: string;
  readonly plugins: readonly PluginEntry[];
}

export interface PluginEntry {
  readonly kind: 'provider' | 'cni';
  /** Unique within its kind; the value of `--cloud-provider` or `--network-plugin`. */
  readonly name: string;
  /** Module whose default export is the Provider or the CniPlugin. Imported only when a run uses it. */
  readonly entry: string;
  readonly detect?: {
    /** Prefixes of the nodes' `spec.providerID`. */
    readonly providerID?: readonly string[];
  };
  /** What it looks at in the cluster beside the objects that every diagnosis reads; nothing else of the kind enters a run or a snapshot. */
  readonly reads?: {
    /** `kube-flannel/kube-flannel-cfg`. */
    readonly configMaps?: readonly string[];
    /** Whole keys, or prefixes: `flannel.alpha.coreos.com/`. */
    readonly annotations?: readonly string[];
    /** Objects of API groups that are not Kubernetes' own. A server that does not have them is no error. */
    readonly resources?: readonly CustomResource[];
  };
}

export interface CustomResource {
  /** Plural, as in its path: `ippools`. */
  readonly resource: string;
  /** `IPPool` */
  readonly kind: string;
  /** `crd.projectcalico.org/v1`: where it may be, the preferred one first. The first is read that the server has objects in. */
  readonly apiVersions: readonly string[];
  /** `spec.cidr`: the fields that are looked at, through lists as well. No other enters a run or a snapshot; metadata always does. */
  readonly fields: readonly string[];
}

/** One tool's raw output, as the collector recorded it. */
export interface Artifact {
  readonly text: string;
  /** The same text as UTF-8, where it came so: what is large is read from it and never becomes a string. */
  readonly bytes?: Uint8Array;
  /** Exit status; 127 where the tool is not there, 124 where it ran into its time limit. */
  readonly status: number;
  /** The first lines of its standard error. */
  readonly error: string;
  /** The stream was cut inside it. */
  readonly truncated: boolean;
}

/** The names of a namespace's artifacts: the files of its folder in a snapshot. */
export const ARTIFACTS = [
  'ip-link',
  'ip-addr',
  'ip-route-4',
  'ip-route-6',
  'ip-rule-4',
  'ip-rule-6',
  'ip-nexthop',
  'ip-neigh',
  'ip-neigh-proxy',
  'bridge-fdb',
  'bridge-link',
  'bridge-vlan',
  'ss',
  'iptables-legacy-save',
  'ip6tables-legacy-save',
  'iptables-nft-save',
  'ip6tables-nft-save',
  'nft',
  'ipset-save',
  'ip-vs',
  'wireguard',
  'conntrack',
  'sysctl',
  'tc-filter',
  'ip-xfrm-policy',
] as const;

export type ArtifactName = (typeof ARTIFACTS)[number];

/** A namespace as collected: `id` is its folder, which begins the artifact of every {@link Source}. */
export interface NamespaceDump {
  readonly id: string;
  /** An artifact that is not in the map was not collected; the topic that it is for is then a gap. */
  readonly artifacts: ReadonlyMap<ArtifactName, Artifact>;
}

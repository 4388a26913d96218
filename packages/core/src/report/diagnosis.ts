import type { NetNodeRef } from '../contracts/net-node.ts';
import type { Graph, Path } from '../contracts/packet-path.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import type { Verdict } from '../contracts/verdict.ts';

/** The answer to one question: what `-o json` prints, and what every other report is made of. Plain data; JSON Schema: `schema/diagnosis.schema.json`. */
export interface Diagnosis {
  readonly apiVersion: 'skoop.io/v1alpha1';
  readonly kind: 'Diagnosis';
  readonly skoop: { readonly version: string; readonly plugins: readonly UsedPlugin[] };
  readonly cluster: ClusterFacts;
  readonly request: { readonly source: RequestEnd; readonly destination: RequestDestination; readonly protocol: string };
  /** Actual: the worst over all paths. */
  readonly verdict: Verdict;
  readonly intended: { readonly verdict: Verdict; readonly because: readonly Because[] };
  /** A real connection's; not made yet. */
  readonly observed: null;
  /** Causes first, then by level. */
  readonly suspicions: readonly (Suspicion & { readonly cause: boolean })[];
  readonly paths: readonly Path[];
  /** The union of the paths, for drawing. */
  readonly graph: Graph;
  readonly collected: Collected;
}

/** Nodes that gave a dump, by name, and what could not be read, with the reason. */
export interface Collected {
  readonly nodes: readonly string[];
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

export interface UsedPlugin {
  readonly kind: 'provider' | 'cni';
  readonly name: string;
  readonly package?: string;
  readonly version?: string;
}

/** What was detected of the cluster, and what it was told from. */
export interface ClusterFacts {
  /** `v1.34.4`; '' where unknown. */
  readonly version: string;
  readonly provider: string;
  /** '' where none was recognised. */
  readonly cni: string;
  /** `iptables`, `ipvs`, `nftables`, or `unknown`. */
  readonly proxyMode: string;
  readonly ipFamilies: readonly ('IPv4' | 'IPv6')[];
  readonly detectedFrom: readonly string[];
}

export interface RequestEnd {
  readonly kind: 'pod' | 'node' | 'service' | 'external' | 'ip';
  readonly namespace?: string;
  readonly name?: string;
  readonly ip: string;
}

export interface RequestDestination extends RequestEnd {
  readonly port?: number;
  /** The Service that was asked for, `namespace/name`. */
  readonly service?: string;
}

/** An object (and where it has several, its rule) that says what should happen. */
export interface Because {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly rule?: string;
}

/** Equal for equal network nodes. */
export function refKey(ref: NetNodeRef): string {
  return `${ref.type}/${ref.id}`;
}

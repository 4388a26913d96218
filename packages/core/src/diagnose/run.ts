import type { ClusterSource } from '../cluster/source.ts';
import type { CniConfig, CniPlugin } from '../contracts/cni-plugin.ts';
import type { Network, Question } from '../contracts/network.ts';
import type { Endpoint } from '../contracts/packet.ts';
import type { ClusterFacts, Diagnosis, UsedPlugin } from '../report/diagnosis.ts';

/** Everything that {@link runDiagnosis} needs. */
export interface DiagnosisRun {
  readonly source: ClusterSource;
  /** Of the provider: composed, or entirely its own. Disposing of it stays the caller's. */
  readonly network: Network;
  readonly question: Question;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** The CNI in use, for what is intended (which policies are enforced). */
  readonly cni?: { readonly plugin: CniPlugin; readonly config: CniConfig };
  readonly skoop: { readonly version: string; readonly plugins: readonly UsedPlugin[] };
  readonly facts: ClusterFacts;
}

/** One question, answered: the document that every report is made of. Rejects for bugs only: what the cluster is or lacks is in the answer. */
export function runDiagnosis(run: DiagnosisRun): Promise<Diagnosis> {
  throw new Error(`not written yet: ${run.to.ip}`);
}

import type { ClusterSource } from '../cluster/source.ts';
import type { Network, Question } from '../contracts/network.ts';
import type { Endpoint } from '../contracts/packet.ts';
import type { ConfiguredCni } from '../health/cni.ts';
import type { ClusterFacts, Diagnosis, RequestEnd, UsedPlugin } from '../report/diagnosis.ts';
import { collectedFrom } from '../report/collected.ts';
import { intendedOf } from './intended.ts';
import { settle } from './suspect.ts';

/** Everything that {@link runDiagnosis} needs. */
export interface DiagnosisRun {
  readonly source: ClusterSource;
  /** Of the provider: composed, or entirely its own. Disposing of it stays the caller's. */
  readonly network: Network;
  readonly question: Question;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** The CNI in use, for what is intended (which policies are enforced). */
  readonly cni?: ConfiguredCni;
  readonly skoop: { readonly version: string; readonly plugins: readonly UsedPlugin[] };
  readonly facts: ClusterFacts;
}

/** One question, answered: the document that every report is made of. Rejects for bugs only: what the cluster is or lacks is in the answer. */
export async function runDiagnosis(run: DiagnosisRun): Promise<Diagnosis> {
  const { source, network, question, from, to } = run;
  const { suspicions, path } = await network.diagnose(question, from, to);
  // Nothing new is asked for: this is what the diagnosis has collected.
  const cluster = await source.collect([]);
  const intended = intendedOf(cluster, question.protocol, from, to, run.cni);
  return {
    apiVersion: 'skoop.io/v1alpha1',
    kind: 'Diagnosis',
    skoop: run.skoop,
    cluster: run.facts,
    request: {
      source: endOf(from),
      destination: {
        ...endOf(to),
        ...(to.port === undefined || question.protocol === 'icmp' ? {} : { port: to.port }),
        ...(to.service === undefined ? {} : { service: to.service }),
      },
      protocol: question.protocol,
    },
    verdict: path.verdict,
    intended: { verdict: intended.verdict, because: intended.because },
    observed: null,
    suspicions: settle([...suspicions, ...intended.suspicions]),
    paths: path.paths,
    graph: path.graph,
    collected: collectedFrom(cluster),
  };
}

function endOf({ kind, namespace, name, ip }: Endpoint): RequestEnd {
  return { kind, ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }), ip };
}

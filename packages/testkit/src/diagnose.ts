import {
  type CniConfig,
  type CniPlugin,
  type Diagnosis,
  type InfraShim,
  composeNetwork,
  recordedSource,
  resolveEnds,
  runDiagnosis,
} from '@skoop/core';
import type { Recording } from './recording.ts';

/** What a recording is diagnosed with. */
export interface DiagnoseWith {
  readonly infra?: InfraShim;
  readonly cni?: { readonly plugin: CniPlugin; readonly config: CniConfig };
  readonly protocol?: 'tcp' | 'udp' | 'sctp' | 'icmp';
}

/**
 * `skoop diagnose FROM TO` on a recording.
 *
 * @param from as on the command line: `default/client`
 * @param to with its port: `svc/web:80`
 * @throws the usage error of the command line, where an end can't be found
 */
export async function diagnose(
  recording: Recording,
  from: string,
  to: string,
  { infra, cni, protocol = 'tcp' }: DiagnoseWith = {},
): Promise<Diagnosis> {
  const cluster = recording.cluster();
  const source = recordedSource({ ...cluster, hosts: new Map() }, cluster.hosts);
  const ends = resolveEnds(cluster, { source: from, destination: to }, { namespace: 'default', protocol });
  if (!ends.ok) throw ends.error;
  const network = composeNetwork({ source, ...(infra !== undefined && { infra }), ...(cni !== undefined && { cni }) });
  try {
    return await runDiagnosis({
      source,
      network,
      question: { protocol, reply: true, signal: new AbortController().signal },
      from: ends.value.source.endpoint,
      to: ends.value.destination.endpoint,
      ...(cni !== undefined && { cni }),
      skoop: { version: '0.0.0', plugins: [] },
      facts: {
        version: cluster.version,
        provider: '',
        cni: cni?.plugin.name ?? '',
        proxyMode: 'unknown',
        ipFamilies: [],
        detectedFrom: [],
      },
    });
  } finally {
    await network.dispose();
  }
}

/** A diagnosis for a golden file: the verdict, what is said, and the way of the packet, without the lines that it was read from. */
export function summaryOf({ verdict, suspicions, paths }: Diagnosis): unknown {
  return {
    verdict,
    suspicions: suspicions.map(({ code, level, on, cause }) => ({ code, level, on: `${on.type}/${on.id}`, cause })),
    paths: paths.map(({ verdict: end, direction, hops }) => ({
      verdict: end,
      direction,
      hops: hops.map(({ node, action, steps }) => ({ node: `${node.type}/${node.id}`, action, steps: steps.map(({ kind }) => kind) })),
    })),
  };
}

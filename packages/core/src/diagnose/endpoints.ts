import type { Cluster } from '../cluster/cluster.ts';
import { type SkoopError, skoopError } from '../contracts/error.ts';
import type { Endpoint } from '../contracts/packet.ts';
import { type Result, err } from '../contracts/result.ts';

/** How the text of `-s` or `-d` is read. */
export interface EndpointOptions {
  /** Of `-n`, or the context's. */
  readonly namespace: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp';
  /** Of `-p`: a number or a name; 0 and absent mean none. */
  readonly port?: number | string;
  /** Which address to take where the object has both; the first of the object where absent. */
  readonly family?: 4 | 6;
}

/** `endpoint` is what is meant; `candidates` are all that the reference covers (a workload's pods), `endpoint` first. */
export interface ResolvedEndpoint {
  readonly endpoint: Endpoint;
  readonly candidates: readonly Endpoint[];
}

/** One end of a question, as interface.md names them. The error lists what could have been meant. */
export function resolveEndpoint(_cluster: Cluster, text: string, _role: 'source' | 'destination', _options: EndpointOptions): Result<ResolvedEndpoint, SkoopError> {
  return err(skoopError('OBJECT_UNKNOWN', text));
}

/** Both ends, with addresses of one family. */
export function resolveEnds(
  _cluster: Cluster,
  _ends: { readonly source: string; readonly destination: string },
  _options: Omit<EndpointOptions, 'family'>,
): Result<{ readonly source: ResolvedEndpoint; readonly destination: ResolvedEndpoint }, SkoopError> {
  return err(skoopError('OBJECT_UNKNOWN', ''));
}

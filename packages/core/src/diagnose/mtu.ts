import type { Cluster } from '../cluster/cluster.ts';
import { type Conversation, conversationsOf, hopsOf } from './conversation.ts';
import type { Finding, Trace, TraceRequest } from '@skoop/netstack';

/** The request again as a full-sized segment that must not be fragmented; `undefined` where nothing passed that could be measured. */
export function fullSized(cluster: Cluster, request: TraceRequest, conversations: readonly Conversation[]): TraceRequest | undefined {
  const passed = conversations.filter(({ verdict }) => verdict === 'delivered');
  const sizes: number[] = [];
  for (const { forward } of passed) {
    const hops = hopsOf(forward);
    const first = hops[0];
    const last = hops.at(-1);
    if (first !== undefined) sizes.push(mtuOf(cluster, first.host, first.namespace, first.out?.device ?? first.in?.device));
    // Both ends of a TCP connection tell each other what they can take; who sends datagrams is told nothing.
    if (request.protocol === 6 && last !== undefined && forward.received !== undefined && last.in !== undefined)
      sizes.push(mtuOf(cluster, last.host, last.namespace, last.in.device));
  }
  const length = Math.min(...sizes.filter((size) => size > 0));
  // The loopback device's 65536 and its like are no sizes of a network.
  return Number.isFinite(length) && length <= 9216 ? { ...request, length, df: true } : undefined;
}

function mtuOf(cluster: Cluster, host: string, namespace: string, device: string | undefined): number {
  const state = cluster.hosts.get(host);
  const ns = state?.kind === 'dumped' ? state.host.namespaces.get(namespace) : undefined;
  return ns?.links.find((link) => link.name === device)?.mtu ?? 0;
}

/** Where a full-sized segment is lost and its sender never learns why: big answers hang, small ones pass. */
export function blackHoles(trace: Trace): readonly Finding[] {
  return conversationsOf(trace).flatMap(({ verdict, forward, reply, findings }) => {
    if (verdict !== 'dropped') return [];
    // A refused answer was told so by ICMP, or by its own kernel, which knows its own devices.
    if (forward.verdict === 'delivered' && reply?.verdict !== 'dropped') return [];
    const own = forward.verdict === 'delivered' && reply !== undefined ? hopsOf(reply)[0]?.namespace : undefined;
    return findings.filter(({ code, namespace }) => code === 'MTU_EXCEEDED' && namespace !== own);
  });
}

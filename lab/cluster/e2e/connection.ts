import { fileURLToPath } from 'node:url';
import { at, cluster, placed } from './lab.ts';

/** What came of a real connection. */
export interface Seen {
  readonly verdict: 'delivered' | 'rejected' | 'dropped';
  /** What the receiver said: the laboratory's servers say their name. */
  readonly answer?: string;
  readonly error?: string;
  /** Who reported the error by ICMP. */
  readonly from?: string;
}

export interface Connection {
  /** A node, a pod as `namespace/name`, or `outside`. */
  readonly from: string;
  /** `syn`: the connection alone is an answer. */
  readonly speaks: 'http' | 'tls' | 'dns' | 'syn';
  readonly address: string;
  readonly port: string;
}

const PROBE = fileURLToPath(new URL('probe.py', import.meta.url));

/** Connects for real, as if no node knew a neighbour that it has learnt; six seconds of silence are a drop. */
export async function connectForReal({ from, speaks, address, port }: Connection, nodes: readonly string[]): Promise<Seen> {
  await Promise.all(nodes.map((node) => at(node, 'ip neigh flush all 2>/dev/null; ip -6 neigh flush all 2>/dev/null || :')));
  const { status, stdout, stderr } = await cluster([...placed(from), 'python3', PROBE, speaks, address, port]);
  if (status !== 0) throw new Error(`the probe failed: ${stderr}`);
  return JSON.parse(stdout) as Seen;
}

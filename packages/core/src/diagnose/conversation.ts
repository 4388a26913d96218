import type { Finding, Hop, Trace, TracePath } from '@skoop/netstack';
import type { NetNode, NetNodeRef } from '../contracts/net-node.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import type { Verdict } from '../contracts/verdict.ts';

/** A stop on a packet's way: a namespace that was traced, or something of the cloud's. */
export type Stop =
  | { readonly kind: 'hop'; readonly hop: Hop }
  | { readonly kind: 'cloud'; readonly node: NetNode }
  /** There, and in no dump. */
  | { readonly kind: 'unseen'; readonly node: NetNodeRef };

/** One direction of one way. */
export interface Way {
  readonly verdict: Verdict;
  readonly stops: readonly Stop[];
  readonly crossings: TracePath['crossings'];
  /** Where it was received, for a forward way. */
  readonly received: TracePath['received'];
}

/** One way that a conversation can take, there and back, with what became of it. */
export interface Conversation {
  readonly verdict: Verdict;
  /** `undefined` where it can't be known. */
  readonly probability: number | undefined;
  readonly forward: Way;
  readonly reply: Way | undefined;
  readonly findings: readonly Finding[];
  readonly assumptions: readonly Finding[];
  /** Causes and remarks that are no findings of the trace: the cloud's, the Services'. */
  readonly suspicions: readonly Suspicion[];
  readonly error: TracePath['error'];
}

/** A trace's paths, each forward one with its answer. */
export function conversationsOf(trace: Trace): readonly Conversation[] {
  const found: Conversation[] = [];
  for (const [index, path] of trace.paths.entries()) {
    if (path.direction !== 'forward') continue;
    const answer = trace.paths.find((other) => other.replyTo === index);
    const verdict = together(path, answer);
    const findings = [...path.causes, ...(answer?.causes ?? [])];
    found.push({
      verdict,
      probability: path.probability,
      forward: wayOf(path),
      reply: answer === undefined ? undefined : wayOf(answer),
      findings: verdict === 'delivered' ? [] : findings,
      assumptions: [...path.assumptions, ...(answer?.assumptions ?? [])],
      suspicions: [],
      error: path.error,
    });
  }
  return found;
}

function wayOf(path: TracePath): Way {
  return {
    verdict: path.verdict,
    stops: path.hops.map((hop) => ({ kind: 'hop', hop })),
    crossings: path.crossings,
    received: path.received,
  };
}

/** An answer, or an error, that does not get back leaves silence. */
function together(path: TracePath, answer: TracePath | undefined): Verdict {
  if (answer === undefined || path.verdict === 'dropped' || path.verdict === 'unknown') return path.verdict;
  if (answer.verdict === 'unknown') return 'unknown';
  if (answer.verdict !== 'delivered') return 'dropped';
  return path.verdict === 'rejected' && !gotBack(path, answer) ? 'dropped' : path.verdict;
}

/** Did the error end where the packet began? */
function gotBack(path: TracePath, answer: TracePath): boolean {
  const [first] = path.hops;
  const last = answer.hops.at(-1);
  if (first === undefined || last === undefined) return true;
  if (first.in !== undefined) return last.action !== 'serve';
  return last.action === 'serve' && first.host === last.host && first.namespace === last.namespace;
}

export function hopsOf(way: Way): readonly Hop[] {
  return way.stops.flatMap((stop) => (stop.kind === 'hop' ? [stop.hop] : []));
}

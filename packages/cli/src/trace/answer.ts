import type { Evidence, NetNodeRef, Path } from '@skoop/core';
import { type Finding, type Received, type Trace, type TracePath, type Verdict, formatIp } from '@skoop/netstack';
import { errorKind } from './error-kind.ts';
import { pathOf } from './path.ts';
import type { Places } from './places.ts';

interface Receiver {
  readonly in: string;
  readonly src: string;
  readonly sport: number;
  /** Where a translation takes the source port at random: the ports that it may take, `sport` among them. */
  readonly sports?: { readonly from: number; readonly to: number } | undefined;
  readonly dst: string;
  readonly dport: number;
  readonly mark: number;
  /** Set where there are several; null where it can't be known. */
  readonly probability?: number | null | undefined;
}

/** What `skoop trace` answers: one line of `--batch`. */
export interface Answer {
  readonly verdict: Verdict;
  /** Of this verdict; null where it can't be known. */
  readonly probability: number | null;
  /** Set unless delivered. */
  readonly because?: readonly { readonly code: string; readonly on: NetNodeRef; readonly evidence: readonly Evidence[] }[] | undefined;
  /** Where the forward packet arrived, if it is one place on all ways. */
  readonly received?: Receiver | undefined;
  /** Where there are several. */
  readonly receivers?: readonly Receiver[] | undefined;
  /** `from`: the address that the error comes from; null for the sender's own kernel. `by`: who makes it. */
  readonly error?: { readonly kind: string; readonly from: string | null; readonly by: string } | undefined;
  readonly paths?: readonly Path[] | undefined;
}

/** The model's trace as what a user or a script reads; a field that is not set is `undefined`, which JSON leaves out. */
export function answerOf(trace: Trace, places: Places, brief: boolean): Answer {
  const conversations = conversationsOf(trace);
  const worst = conversations.filter((conversation) => conversation.verdict === trace.verdict);
  const receivers = receiversOf(trace, places);
  const [only, ...others] = receivers;
  const error = worst.find((conversation) => conversation.forward.error !== undefined)?.forward.error;
  return {
    verdict: trace.verdict,
    probability: sum(worst.map((conversation) => conversation.forward.probability)),
    because: trace.verdict === 'delivered' ? undefined : becauseOf(worst, places),
    received: only !== undefined && others.length === 0 ? { ...only, probability: undefined } : undefined,
    receivers: others.length > 0 ? receivers : undefined,
    error: error && {
      kind: errorKind(error.kind),
      from: error.from === undefined ? null : formatIp(error.from),
      by: places.name(error.host, error.namespace),
    },
    paths: brief ? undefined : trace.paths.map((path) => pathOf(path, places)),
  };
}

interface Conversation {
  readonly verdict: Verdict;
  readonly forward: TracePath;
  readonly reply: TracePath | undefined;
}

/** Forward paths with the reply that decides: delivered only where both are. */
function conversationsOf(trace: Trace): readonly Conversation[] {
  const replies = new Map<number | undefined, TracePath>();
  for (const path of trace.paths) if (path.direction === 'reply') replies.set(path.replyTo, path);
  const conversations: Conversation[] = [];
  trace.paths.forEach((forward, index) => {
    if (forward.direction !== 'forward') return;
    const reply = replies.get(index);
    conversations.push({ verdict: conversationVerdict(forward, reply), forward, reply });
  });
  return conversations;
}

/** A reply that is refused on its way is lost to the sender; so is the error that never gets back. */
function conversationVerdict(forward: TracePath, reply: TracePath | undefined): Verdict {
  if (reply === undefined || reply.verdict === 'delivered') return forward.verdict;
  if (forward.verdict === 'dropped' || forward.verdict === 'unknown') return forward.verdict;
  return reply.verdict === 'unknown' ? 'unknown' : 'dropped';
}

function becauseOf(conversations: readonly Conversation[], places: Places): NonNullable<Answer['because']> {
  const findings = conversations.flatMap(({ forward, reply }) => {
    const lost = reply !== undefined && reply.causes.length > 0 && forward.verdict === 'delivered';
    return lost ? reply.causes : [...forward.causes, ...(reply?.causes ?? [])];
  });
  const distinct = new Map(findings.map((finding) => [keyOf(finding), finding]));
  return [...distinct.values()].map((finding) => ({
    code: finding.code,
    on: places.ref(finding.host, finding.namespace),
    evidence: finding.evidence,
  }));
}

function keyOf(finding: Finding): string {
  const lines = finding.evidence.map((source) => `${source.artifact} ${'line' in source ? String(source.line) : source.pointer}`);
  return [finding.code, finding.host, finding.namespace, ...lines].join('\n');
}

function receiversOf(trace: Trace, places: Places): readonly Receiver[] {
  const byPlace = new Map<string, { received: Received; probabilities: (number | undefined)[] }>();
  for (const { direction, received, probability } of trace.paths) {
    if (direction !== 'forward' || received === undefined) continue;
    const { src, sport, chosen, dst, dport, mark } = received.packet;
    const key = `${received.host}\n${received.namespace}\n${String(src)} ${String(sport)} ${String(chosen?.from)} ${String(chosen?.to)} ${String(dst)} ${String(dport)} ${String(mark)}`;
    const entry = byPlace.get(key);
    if (entry === undefined) byPlace.set(key, { received, probabilities: [probability] });
    else entry.probabilities.push(probability);
  }
  return Array.from(byPlace.values(), ({ received: { host, namespace, packet }, probabilities }) => ({
    in: places.name(host, namespace),
    src: formatIp(packet.src),
    sport: packet.sport,
    sports: packet.chosen?.side === 'sport' ? { from: packet.chosen.from, to: packet.chosen.to } : undefined,
    dst: formatIp(packet.dst),
    dport: packet.dport,
    mark: packet.mark,
    probability: sum(probabilities),
  }));
}

/** Without the noise of binary fractions. */
function sum(probabilities: readonly (number | undefined)[]): number | null {
  let total = 0;
  for (const probability of probabilities) {
    if (probability === undefined) return null;
    total += probability;
  }
  return Math.round(total * 1e9) / 1e9;
}

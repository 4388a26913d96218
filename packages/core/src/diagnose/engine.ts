import type { Finding } from '@skoop/netstack';
import { describeFinding } from '../codes/describe.ts';
import { ENGINE_CODES } from '../codes/engine-codes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Question } from '../contracts/network.ts';
import type { Endpoint } from '../contracts/packet.ts';
import type { PacketPath } from '../contracts/packet-path.ts';
import type { Level, Suspicion } from '../contracts/suspicion.ts';
import { worst } from '../contracts/verdict.ts';
import { type Infra, askInfra } from './ask-infra.ts';
import { type ServiceTarget, targetOf } from './backends.ts';
import { withBalancerAddresses } from './balancer-addresses.ts';
import type { NetworkParts } from './compose.ts';
import { type Conversation, conversationsOf } from './conversation.ts';
import { podOfNeed } from './fabric.ts';
import { firstRound } from './first-round.ts';
import { type Collected, collectedOf, follow } from './follow.ts';
import { cniChecks, healthOf } from './health.ts';
import { groundsOf } from './grounds.ts';
import { judgeService } from './judge-service.ts';
import { judgeLeaving } from './leaving.ts';
import { blackHoles, fullSized } from './mtu.ts';
import { graphOf, pathsOf } from './picture.ts';
import { homeOf, refOf, spoken } from './places.ts';
import { nodeUnreachable, podMissing } from './source-places.ts';
import { type Start, type Starts, outsideOf, packetOf, startInside, startOnward, startOutside } from './starts.ts';
import { higher, settle, suspect } from './suspect.ts';
import { throughInfra } from './through-infra.ts';

/** How often a cloud may send a packet on; what goes on beyond is cut off. */
const ONWARD = 3;

/** One question through the kernels and the cloud. */
export async function diagnose(
  given: NetworkParts,
  question: Question,
  source: Endpoint,
  destination: Endpoint,
): Promise<{ readonly suspicions: readonly Suspicion[]; readonly path: PacketPath }> {
  const { signal } = question;
  const parts =
    destination.kind === 'external' ? { ...given, source: await withBalancerAddresses(given.source, given.infra, signal) } : given;
  const objects = parts.source.cluster;
  const infra = askInfra(parts.infra, objects, question.signal);
  const packet = packetOf(question, source, destination);
  if (packet === undefined) throw new RangeError(`${destination.ip} is no address`);
  const target = targetOf(objects, destination, question.protocol);
  const isInside = homeOf(objects, source).kind !== 'outside';
  const outside = isInside ? undefined : await outsideOf(objects, infra, source, destination, target, question);
  const round = firstRound(
    objects,
    [source, destination],
    target,
    outside?.incoming.map(({ node }) => node) ?? [],
    parts.allBackends === true,
  );
  const first = collectedOf(await parts.source.collect(round.nodes), parts.cni);
  const begin = outside === undefined ? startInside(first.cluster, source, packet) : startOutside(first.cluster, outside, packet);
  const run: Run = { parts, infra, left: new Set(round.left), packet, destination };
  const walked = await walkAll(run, first, begin);
  const { cluster } = walked.collected;
  const kept = withoutLeft(walked.conversations, run.left);
  const conversations = kept.map((conversation) => judge(cluster, destination, target, conversation));
  const verdict = worst(conversations.map((conversation) => conversation.verdict));
  const hops = await probeSize(run, walked.collected, begin.starts, conversations);
  const suspicions = settle([
    ...causes(cluster, conversations),
    ...hops,
    ...cniChecks(cluster, parts.cni, conversations, destination),
    ...healthOf(cluster, conversations),
    ...sampled(round.left, destination),
    ...unused(destination),
  ]);
  const paths = pathsOf(cluster, conversations, source);
  return { suspicions, path: { verdict, paths, graph: graphOf(cluster, paths, conversations) } };
}

interface Run {
  readonly parts: NetworkParts;
  readonly infra: Infra;
  /** Nodes of backends outside of the sample. */
  readonly left: ReadonlySet<string>;
  readonly packet: NonNullable<ReturnType<typeof packetOf>>;
  readonly destination: Endpoint;
}

/** Traces from every start, asks the cloud, and traces on where the cloud sends a packet elsewhere. */
async function walkAll(
  run: Run,
  first: Collected,
  begin: Starts,
): Promise<{ readonly collected: Collected; readonly conversations: readonly Conversation[] }> {
  let collected = first;
  let starts = begin.starts;
  const conversations: Conversation[] = [...begin.ended];
  for (let depth = 0; starts.length > 0; depth++) {
    const followed = await follow(
      run.parts.source,
      collected,
      starts.map(({ request }) => request),
      run.left,
      run.parts.cni,
    );
    collected = followed.collected;
    const traced = starts.flatMap((start, index) =>
      conversationsOf(followed.traces[index] ?? { verdict: 'unknown', paths: [], needs: [] }).map((conversation) => ({
        start,
        conversation,
      })),
    );
    const passed = await throughInfra(
      run.infra,
      collected.cluster,
      traced.map(({ conversation }) => conversation),
    );
    const next: Start[] = [];
    for (const [index, result] of passed.entries()) {
      const start = traced[index]?.start;
      if (start === undefined) continue;
      if (result.kind === 'conversation') {
        conversations.push(joined(start, result.conversation));
        continue;
      }
      if (depth >= ONWARD) continue;
      const { onward } = result;
      const more = startOnward(
        collected.cluster,
        {
          ...onward,
          before: [...start.before, ...onward.before],
          suspicions: [...start.suspicions, ...onward.suspicions],
          probability: times(start.probability, onward.probability),
        },
        run.packet,
      );
      next.push(...more.starts);
      conversations.push(...more.ended);
    }
    starts = next;
  }
  return { collected, conversations };
}

/** A conversation with what came before its start. */
function joined(start: Start, conversation: Conversation): Conversation {
  const isOpen = start.isUnclear && conversation.verdict !== 'dropped';
  const before = isOpen ? start.suspicions : start.suspicions.map((suspicion) => ({ ...suspicion, cause: false }));
  return {
    ...conversation,
    verdict: isOpen ? 'unknown' : conversation.verdict,
    probability: times(start.probability, conversation.probability),
    forward: {
      ...conversation.forward,
      verdict: isOpen && conversation.forward.verdict === 'delivered' ? 'unknown' : conversation.forward.verdict,
      stops: [...start.before, ...conversation.forward.stops],
    },
    suspicions: [...before, ...conversation.suspicions],
  };
}

function times(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a * b;
}

/** Ways to backends outside of the sample are no part of the answer, unless there are no others. */
function withoutLeft(conversations: readonly Conversation[], left: ReadonlySet<string>): readonly Conversation[] {
  const kept = conversations.filter(
    ({ findings }) => !findings.some(({ code, details }) => code === 'COLLECT_NODE_MISSING' && left.has(details['node'] ?? '')),
  );
  return kept.length > 0 ? kept : conversations;
}

function judge(cluster: Cluster, destination: Endpoint, target: ServiceTarget | undefined, conversation: Conversation): Conversation {
  const judged = judgeLeaving(cluster, target, conversation);
  return target === undefined ? judged : judgeService(cluster, destination, target, judged);
}

const OWN: ReadonlySet<string> = new Set(ENGINE_CODES);

/** What decided, with the level that follows from how many ways are hurt. */
function causes(cluster: Cluster, conversations: readonly Conversation[]): readonly Suspicion[] {
  const isLost = (conversation: Conversation): boolean => conversation.verdict === 'dropped' || conversation.verdict === 'rejected';
  const level: Level = conversations.every(isLost) ? 'FATAL' : 'CRITICAL';
  return conversations.flatMap((conversation) => {
    const lost = isLost(conversation);
    const at = lost ? level : 'WARNING';
    return [
      ...conversation.findings.map((finding) => put(cluster, finding, at, true)),
      ...conversation.suspicions.map((suspicion) => {
        if (suspicion.cause !== true || !lost) return suspicion;
        return { ...suspicion, level: OWN.has(suspicion.code) ? at : higher(suspicion.level, at) };
      }),
      ...conversation.assumptions.map((finding) => put(cluster, finding, 'INFO', false)),
    ];
  });
}

function put(cluster: Cluster, finding: Finding, level: Level, cause: boolean): Suspicion {
  if (finding.code === 'COLLECT_NODE_MISSING') {
    const need = finding.details['node'] ?? finding.host;
    const pod = podOfNeed(need);
    return { ...(pod === undefined ? nodeUnreachable(cluster, need) : podMissing(cluster, pod)), level, cause };
  }
  const on = refOf(cluster, finding.host, finding.namespace);
  return { ...describeFinding(finding, on, spoken(on), level, cause), evidence: groundsOf(cluster, finding, on) };
}

/** A full-sized segment besides, both ways: its loss does not change the verdict of the first packet. */
async function probeSize(
  run: Run,
  collected: Collected,
  starts: readonly Start[],
  conversations: readonly Conversation[],
): Promise<readonly Suspicion[]> {
  const requests = starts.flatMap(({ request }) => fullSized(collected.cluster, request, conversations) ?? []);
  if (requests.length === 0) return [];
  const { traces, collected: after } = await follow(run.parts.source, collected, requests, run.left, run.parts.cni);
  return traces.flatMap(blackHoles).map((finding) => put(after.cluster, finding, 'CRITICAL', false));
}

function sampled(left: readonly string[], destination: Endpoint): readonly Suspicion[] {
  if (left.length === 0) return [];
  const on = { type: 'service', id: destination.service ?? destination.ip };
  return [
    suspect('COLLECT_SAMPLED', 'INFO', on, `Ten of the nodes with backends of ${on.id} were looked at; left out: ${left.join(', ')}`, {
      remedy: 'Add --all-backends to look at all of them.',
    }),
  ];
}

function unused(destination: Endpoint): readonly Suspicion[] {
  if (destination.kind !== 'ip') return [];
  return [
    suspect(
      'ENDPOINT_ADDRESS_UNUSED',
      'WARNING',
      { type: 'external', id: destination.ip },
      `${destination.ip} is an address of the pod network and no pod has it`,
      { remedy: 'Look who has it now: kubectl get pods -A -o wide; a client may hold the address of a pod that is gone.' },
    ),
  ];
}

import type { NodeDump } from '@skoop/core';
import type { Trace, World } from '@skoop/netstack';
import { type Answer, describeAnswer } from '../answer.ts';
import { compare } from '../compare.ts';
import type { Lab } from '../lab.ts';
import { type Probe, parseProbe } from '../probe.ts';
import { RuleWatch, isCertain } from '../rule-watch.ts';
import type { LabSession } from '../session.ts';
import type { Drawn } from './draw.ts';

/** More than a second: errors of routing are limited to one a second for each peer. */
const AGAIN_AFTER = 1500;
/** Packets of one laboratory that are asked for again. Who differs in more has shown enough. */
const AGAIN_AT_MOST = 8;

/** Packets of one laboratory whose rules are compared as well: each is sent once more, alone. */
const WATCHED_AT_MOST = 8;

/** What both said to one packet. */
export interface Case {
  readonly probe: string;
  readonly trace: Trace;
  readonly model: readonly Answer[];
  /** Unset where the model does not know: then nothing is sent. */
  readonly kernel: Answer | undefined;
  /** Was it asked for again, alone? */
  readonly again: boolean;
  /** Where they differ; none where they agree. */
  readonly differences: readonly string[];
}

/** A laboratory's dumps and what became of its packets. */
export interface Judged {
  readonly dumps: readonly NodeDump[];
  readonly cases: readonly Case[];
}

/**
 * Builds a laboratory, asks the model about every packet, and sends those that it claims to know all at once. Who then differs is asked for
 * again, alone and with care: a packet may have met what those before it left.
 *
 * @param trails compare rule by rule as well, see {@link RuleWatch}
 * @throws Error where the laboratory can't be built: the family draws what a tool refuses
 */
export async function judge(
  session: LabSession,
  { lab: description, probes }: Pick<Drawn, 'lab' | 'probes'>,
  trails = false,
): Promise<Judged> {
  const lab = await session.build(description);
  try {
    const dumps = await lab.dumps();
    const world = lab.worldOf(dumps);
    const asked = probes.map((text) => {
      const probe = parseProbe(text);
      const { answers, trace } = lab.ask(world, probe);
      return { text, probe, trace, model: answers, known: answers.every(({ verdict }) => verdict !== 'unknown') };
    });
    const sent = asked.filter(({ known }) => known);
    const answers = sent.length === 0 ? [] : await lab.volley(sent.map(({ probe }) => probe));
    const kernels = new Map(sent.map(({ probe }, index) => [probe, answers[index]]));
    const cases: Case[] = [];
    let left = AGAIN_AT_MOST;
    for (const { text, probe, trace, model } of asked) {
      const kernel = kernels.get(probe);
      const base = { probe: text, trace, model };
      if (kernel === undefined) cases.push({ ...base, kernel, again: false, differences: [] });
      else if (compare(model, kernel).length === 0) cases.push({ ...base, kernel, again: false, differences: [] });
      else if (left-- > 0) cases.push({ ...base, ...(await askAgain(lab, probe, model)), again: true });
    }
    return { dumps, cases: trails ? await withTrails(lab, world, cases) : cases };
  } finally {
    await lab.dispose();
  }
}

/** The packets that they agree about, sent again: did they meet the same rules? */
async function withTrails(lab: Lab, world: World, cases: readonly Case[]): Promise<readonly Case[]> {
  const watch = await RuleWatch.begin(lab, world);
  const judged: Case[] = [];
  let left = WATCHED_AT_MOST;
  for (const each of cases) {
    const probe = parseProbe(each.probe);
    const { trace, answers } = lab.ask(world, probe, true);
    if (each.kernel === undefined || each.differences.length > 0 || !isCertain(trace, probe) || left-- <= 0) judged.push(each);
    else {
      let { answer, differences } = await watch.probe(probe, trace);
      // An error of routing may have been one too many, and so in no chain.
      if (differences.length > 0) {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
        ({ answer, differences } = await watch.probe(probe, trace));
      }
      // An error of routing may be one too many this time.
      judged.push(compare(answers, answer).length === 0 ? { ...each, differences } : each);
    }
  }
  return judged;
}

async function askAgain(lab: Lab, probe: Probe, model: readonly Answer[]): Promise<Pick<Case, 'kernel' | 'differences'>> {
  const kernel = await lab.probe(probe);
  const differences = compare(model, kernel);
  // Only an ICMP error that did not come may be one too many.
  if (differences.length === 0 || !mayBeLimited(model, kernel)) return { kernel, differences };
  await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
  const last = await lab.probe(probe);
  return { kernel: last, differences: compare(model, last) };
}

function mayBeLimited(model: readonly Answer[], kernel: Answer): boolean {
  return kernel.verdict === 'dropped' && model.some(({ error }) => error?.startsWith('icmp') === true);
}

/** A case on which they differ, for people. */
export function describeCase({ probe, kernel, model, differences }: Case): string {
  const said = kernel === undefined ? 'not asked' : describeAnswer(kernel);
  return `${probe}\n    kernel: ${said}\n    model:  ${model.map(describeAnswer).join('; ')}\n    ${differences.join('\n    ')}`;
}

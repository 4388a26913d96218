import type { Finding, Trace } from '@skoop/netstack';
import { constructsOfDumps, constructsOfTrace } from './read-constructs.ts';
import type { LabDescription } from '../description.ts';
import type { Case, Judged } from './judge.ts';

/** What a run has come to. */
export class Tally {
  laboratories = 0;
  /** Those that could not be built. */
  refused = 0;
  /** Packets sent, and what model and kernel said compared. */
  cases = 0;
  /** Of {@link cases}: those that agreed only when asked for again. */
  again = 0;
  /** Packets that the model did not know an answer to: nothing was compared. */
  unknown = 0;
  readonly families = new Map<string, { cases: number; unknown: number }>();
  /** In how many cases a construct stood somewhere in the laboratory, and in how many it was among what decided. */
  readonly constructs = new Map<string, { stood: number; met: number }>();
  readonly whyUnknown = new Map<string, number>();

  add(family: string, lab: LabDescription, { dumps, cases }: Judged): void {
    const judged = cases.filter(({ kernel }) => kernel !== undefined);
    const unknown = cases.filter(({ kernel }) => kernel === undefined);
    this.laboratories += 1;
    this.cases += judged.length;
    this.again += judged.filter(({ again }) => again).length;
    this.unknown += unknown.length;
    const own = this.families.get(family) ?? { cases: 0, unknown: 0 };
    this.families.set(family, { cases: own.cases + judged.length, unknown: own.unknown + unknown.length });
    for (const { trace } of unknown) for (const why of reasons(trace)) this.whyUnknown.set(why, (this.whyUnknown.get(why) ?? 0) + 1);
    for (const construct of [...constructsOfDumps(dumps), ...constructsOfDescription(lab)]) this.count(construct, judged.length, 0);
    for (const { probe, trace, kernel } of judged) {
      for (const construct of constructsOfTrace(trace)) this.count(construct, 0, 1);
      for (const construct of constructsOfPacket(probe, kernel)) this.count(construct, 1, 1);
    }
  }

  private count(construct: string, stood: number, met: number): void {
    const before = this.constructs.get(construct) ?? { stood: 0, met: 0 };
    this.constructs.set(construct, { stood: before.stood + stood, met: before.met + met });
  }
}

/** What no dump shows as such: the settings that a laboratory was given. */
function constructsOfDescription({ namespaces }: LabDescription): ReadonlySet<string> {
  const keys = Object.values(namespaces).flatMap(({ sysctls = {} }) => Object.entries(sysctls));
  return new Set(keys.map(([key, value]) => `sysctl ${key.replace(/\.(conf|neigh)\.[^.]+\./, '.$1.*.')}=${String(value)}`));
}

function constructsOfPacket(probe: string, kernel: Case['kernel']): readonly string[] {
  const [, protocol = '', ...words] = probe.split(' ');
  const more = words.filter((word) => /^(src|mark|ttl|uid|size|df|nodf)$/.test(word)).map((word) => `packet ${word}`);
  const answer = kernel === undefined ? [] : [`answer ${kernel.verdict === 'rejected' ? (kernel.error ?? '') : kernel.verdict}`];
  return [`packet ${protocol}`, ...more, ...answer];
}

function reasons({ paths }: Trace): ReadonlySet<string> {
  return new Set(paths.filter(({ verdict }) => verdict === 'unknown').flatMap(({ causes }) => causes.map(describeCause)));
}

function describeCause({ code, details, evidence }: Finding): string {
  const what = details['construct'] ?? Object.values(details).join(' ');
  return what === '' ? `${code} ${evidence[0]?.text ?? ''}` : `${code} ${what}`;
}

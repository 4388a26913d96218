import type { RunResult } from './run.ts';

/** What a run has come to, for people. */
export function report({ tally, differences }: RunResult, seconds: number): string {
  const { laboratories, refused, cases, unknown, again, families, constructs, whyUnknown } = tally;
  const rate = Math.round((cases / Math.max(seconds, 1)) * 60);
  const rows = [...constructs].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...differences,
    'constructs: cases in whose laboratory it stood, cases in which it was among what decided',
    ...rows.map(([name, { stood, met }]) => `${String(stood).padStart(9)} ${String(met).padStart(8)}  ${name}`),
    'families: cases, unknown',
    ...[...families].map(([name, own]) => `${String(own.cases).padStart(9)} ${String(own.unknown).padStart(8)}  ${name}`),
    ...(whyUnknown.size === 0 ? [] : ['why the model did not know:']),
    ...[...whyUnknown].sort(([, a], [, b]) => b - a).map(([why, count]) => `${String(count).padStart(9)}  ${why}`),
    `${String(cases)} cases in ${String(laboratories)} laboratories (${String(refused)} more could not be built), ${String(rate)} a minute; ${String(again)} of them asked for again; ` +
      `${String(unknown)} not judged: the model did not know; ${String(differences.length)} disagreements`,
  ].join('\n');
}

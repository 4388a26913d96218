import type { Diagnosis, RequestDestination, RequestEnd } from '../diagnosis.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import type { Page } from './page.ts';
import { sayShare, shareTogether, waysOf } from './way.ts';
import { paintVerdict } from './paint.ts';

/** Who asked for what, and the verdict. */
export function headline(page: Page, diagnosis: Diagnosis): readonly string[] {
  const { paint, symbols } = page;
  const { request, verdict, intended } = diagnosis;
  const word = paint.bold(paintVerdict(paint, verdict, `${symbolOf(page, verdict)} ${verdict.toUpperCase()}`));
  const asked = `${endOf(request.source)} ${symbols.arrow} ${targetOf(request.destination)} ${request.protocol}`;
  const because = intended.because.map(({ kind, namespace, name, rule }) => {
    const object = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
    return rule === undefined ? object : `${object} (${rule})`;
  });
  const intention = `intended: ${intended.verdict}${because.length === 0 ? '' : `, by ${because.join(', ')}`}`;
  return [`${word}${shareOf(diagnosis)}  ${paint.bold(asked)}`, `  ${paint.dim(intention)}`];
}

/** ` on 1 of 3 ways (33 %)`, where not all of them end alike. */
function shareOf({ paths, verdict }: Diagnosis): string {
  const all = waysOf(paths);
  const such = all.filter((way) => way.verdict === verdict);
  if (such.length === all.length || such.length === 0) return '';
  return ` on ${String(such.length)} of ${String(all.length)} ways (${sayShare(shareTogether(such))})`;
}

export function symbolOf({ symbols }: Page, verdict: Verdict): string {
  switch (verdict) {
    case 'delivered':
      return symbols.good;
    case 'dropped':
    case 'rejected':
      return symbols.bad;
    case 'unknown':
      return symbols.unclear;
    default:
      return verdict satisfies never;
  }
}

function endOf({ kind, namespace, name, ip }: RequestEnd): string {
  if (name === undefined) return ip;
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} (${ip})`;
}

function targetOf(destination: RequestDestination): string {
  const { kind, namespace, name, ip, port } = destination;
  const suffix = port === undefined ? '' : `:${String(port)}`;
  if (name === undefined) return `${ip.includes(':') && suffix !== '' ? `[${ip}]` : ip}${suffix}`;
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}${suffix} (${ip})`;
}

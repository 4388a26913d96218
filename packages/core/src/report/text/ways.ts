import type { Path, Transmission } from '../../contracts/packet-path.ts';
import type { Diagnosis } from '../diagnosis.ts';
import { symbolOf } from './headline.ts';
import { hopLines } from './hops.ts';
import type { Page } from './page.ts';
import { paintVerdict } from './paint.ts';
import { type Way, sayShare, shareTogether, waysOf } from './way.ts';

/** More ways than this are counted, not listed. `-o wide` has all. */
const LISTED = 12;

/** The list of ways, where there are several; then the hops of the one that matters most. */
export function ways(page: Page, { paths, verdict }: Diagnosis): readonly string[] {
  const all = waysOf(paths);
  if (all.length === 0) return [];
  const worstOne = all.find((way) => way.verdict === verdict) ?? all[0];
  const shown = page.wide ? all : all.filter((way) => way === worstOne);
  return [...(all.length > 1 ? list(page, all) : []), ...shown.flatMap((way) => detail(page, way, all))];
}

/** One row for the ways that end alike. */
function list(page: Page, all: readonly Way[]): readonly string[] {
  const { paint } = page;
  const rows = new Map<string, Way[]>();
  for (const way of all) {
    const key = `${way.verdict} ${endOf(way)}`;
    rows.set(key, [...(rows.get(key) ?? []), way]);
  }
  const shown = page.wide ? [...rows.values()] : [...rows.values()].slice(0, LISTED);
  const lines = shown.flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const word = paintVerdict(paint, first.verdict, `${symbolOf(page, first.verdict)} ${first.verdict.padEnd(9)}`);
    const count = alike.length === 1 ? '' : ` (${String(alike.length)} ways)`;
    return [`  ${sayShare(shareTogether(alike)).padStart(5)}  ${word}  ${endOf(first)}${count}`];
  });
  const left = rows.size - shown.length;
  return ['', paint.bold('WAYS'), ...lines, ...(left > 0 ? [paint.dim(`  and ${String(left)} more: -o wide`)] : [])];
}

/** Where a way ends: whoever serves it, or where it is lost. */
function endOf({ forward, reply }: Way): string {
  const lost = forward.verdict !== 'delivered' ? forward : reply !== undefined && reply.verdict !== 'delivered' ? reply : undefined;
  const last = (lost ?? forward).hops.at(-1);
  if (last === undefined) return '';
  return `${lost === undefined ? '' : lost === reply ? 'its answer, at ' : 'at '}${last.node.type} ${last.node.id}`;
}

function detail(page: Page, way: Way, all: readonly Way[]): readonly string[] {
  const { paint } = page;
  const which = all.length > 1 ? ` ${String(all.indexOf(way) + 1)} of ${String(all.length)} (${sayShare(way.forward.probability)})` : '';
  const { forward, reply } = way;
  const width = Math.max(...[...forward.hops, ...(reply?.hops ?? [])].map(({ node }) => `${node.type} ${node.id}`.length));
  return [
    '',
    paint.bold(`WAY${which}`),
    ...forward.hops.flatMap((hop) => hopLines(page, hop, width)),
    ...(reply === undefined ? [] : answer(page, reply, width)),
  ];
}

/** An answer that arrives is told in a line; one that does not, hop by hop. */
function answer(page: Page, reply: Path, width: number): readonly string[] {
  const { paint, symbols } = page;
  if (reply.verdict === 'delivered' && !page.wide) {
    const through = reply.hops.slice(1, -1).map(({ node }) => `${node.type} ${node.id}`);
    return [`  ${paint.green(symbols.good)} the answer comes back${through.length === 0 ? '' : ` by ${through.join(', ')}`}`];
  }
  return [paint.bold('AND BACK'), ...reply.hops.flatMap((hop: Transmission) => hopLines(page, hop, width))];
}

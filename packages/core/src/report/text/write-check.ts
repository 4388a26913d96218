import { LEVELS, type Level, type Suspicion } from '../../contracts/suspicion.ts';
import type { CheckReport } from '../check-report.ts';
import { body, title } from './findings.ts';
import { lacking } from './lacking.ts';
import { type Page, type TextOptions, pageOf, printable, wrap } from './page.ts';
import { paintLevel } from './paint.ts';

/** Columns between the cells of the table. */
const GAP = 3;
/** A sentence gets at least this many columns, however narrow the terminal is. */
const SENTENCE = 40;

/** For a person: how much was looked at, then a table of what was found, worst first; wide, each in full. Ends with a line feed. */
export function writeCheck(report: CheckReport, options: TextOptions = {}): string {
  const page = pageOf(options);
  const lines = [headline(page, report), ...found(page, report), ...lacking(page, report)];
  return `${lines.join('\n')}\n`;
}

function headline({ paint, symbols }: Page, { checked, suspicions }: CheckReport): string {
  const looked = `${counted(checked.nodes, 'node')} and ${counted(checked.pods, 'pod')} looked at`;
  const counts = [...LEVELS]
    .reverse()
    .flatMap((level) => {
      const number = suspicions.filter((suspicion) => suspicion.level === level).length;
      return number === 0 ? [] : [paintLevel(paint, level, `${String(number)} ${level}`)];
    })
    .join(', ');
  return counts === '' ? `${paint.bold(symbols.good)} ${looked}: nothing found` : `${paint.bold(symbols.bad)} ${looked}: ${counts}`;
}

function counted(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function found(page: Page, { suspicions }: CheckReport): readonly string[] {
  if (suspicions.length === 0) return [];
  if (page.wide) return suspicions.flatMap((one) => ['', title(page, one), ...body(page, one, 2)]);
  return [
    '',
    ...table(page, suspicions),
    '',
    page.paint.dim('-o wide: what each was read from, and how to mend it; skoop explain CODE: more.'),
  ];
}

function table(page: Page, suspicions: readonly Suspicion[]): readonly string[] {
  const rows = suspicions.map((one) => ({ ...one, where: `${one.on.type} ${one.on.id}` }));
  const widths = {
    level: width(
      'LEVEL',
      rows.map(({ level }) => level),
    ),
    where: width(
      'ON',
      rows.map(({ where }) => where),
    ),
    code: width(
      'CODE',
      rows.map(({ code }) => code),
    ),
  };
  const indent = widths.level + widths.where + widths.code;
  const head = `${'LEVEL'.padEnd(widths.level)}${'ON'.padEnd(widths.where)}${'CODE'.padEnd(widths.code)}WHAT`;
  return [
    page.paint.bold(head),
    ...rows.flatMap(({ level, where, code, message }) => {
      const [first = '', ...more] = wrap(printable(message), Math.max(page.width, indent + SENTENCE), indent);
      return [`${cell(page, level, widths.level)}${where.padEnd(widths.where)}${code.padEnd(widths.code)}${first.slice(indent)}`, ...more];
    }),
  ];
}

function width(head: string, cells: readonly string[]): number {
  return Math.max(head.length, ...cells.map(({ length }) => length)) + GAP;
}

/** Padded first: colours have no width. */
function cell({ paint }: Page, level: Level, columns: number): string {
  return paintLevel(paint, level, level.padEnd(columns));
}

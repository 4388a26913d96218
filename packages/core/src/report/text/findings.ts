import type { Suspicion } from '../../contracts/suspicion.ts';
import type { Diagnosis } from '../diagnosis.ts';
import { evidenceLines } from './evidence.ts';
import { type Page, printable, wrap } from './page.ts';
import { paintLevel } from './paint.ts';

/** Lines of evidence that are shown of one suspicion; the deciding ones come last. `-o wide` has all. */
const SHOWN = 3;

/** The causes, in full; then what else was seen. */
export function findings(page: Page, { suspicions, verdict }: Diagnosis): readonly string[] {
  const causes = suspicions.filter(({ cause }) => cause);
  const others = suspicions.filter(({ cause }) => !cause);
  const lines: string[] = [];
  for (const cause of causes) lines.push('', `${page.paint.bold('CAUSE')}  ${title(page, cause)}`, ...body(page, cause, 2));
  if (others.length > 0) lines.push('', page.paint.bold(causes.length > 0 || verdict !== 'delivered' ? 'ALSO SEEN' : 'SEEN'));
  for (const other of others) lines.push(`  ${title(page, other)}`, ...body(page, other, 4));
  return lines;
}

export function title({ paint }: Page, { code, level, on }: Suspicion): string {
  return `${paint.bold(paintLevel(paint, level, code))}  ${paintLevel(paint, level, level)} on ${on.type} ${on.id}`;
}

export function body(page: Page, { message, evidence, remedy }: Suspicion, indent: number): readonly string[] {
  const shown = page.wide ? evidence : evidence.slice(-SHOWN);
  const left = evidence.length - shown.length;
  return [
    ...wrap(printable(message), page.width, indent),
    ...(left > 0 ? [`${' '.repeat(indent + 2)}${page.paint.dim(`${String(left)} lines before that: -o wide`)}`] : []),
    ...shown.flatMap((one) => evidenceLines(page, one, indent + 2, printable(message))),
    ...(remedy === '' ? [] : wrap(`mend: ${printable(remedy)}`, page.width, indent, indent + 6)),
  ];
}

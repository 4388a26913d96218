import type { Diagnosis } from '../diagnosis.ts';
import { findings } from './findings.ts';
import { headline } from './headline.ts';
import { type Page, type TextOptions, pageOf, wrap } from './page.ts';
import { ways } from './ways.ts';

/** For a person: the verdict, why, how to mend it, and the way that the packet takes. Ends with a line feed. */
export function writeText(diagnosis: Diagnosis, options: TextOptions = {}): string {
  const page = pageOf(options);
  const lines = [...headline(page, diagnosis), ...findings(page, diagnosis), ...ways(page, diagnosis), ...lacking(page, diagnosis)];
  return `${lines.join('\n')}\n`;
}

/** What the answer could not rest on. */
function lacking(page: Page, { collected }: Diagnosis): readonly string[] {
  if (collected.missing.length === 0) return [];
  return ['', page.paint.bold('NOT COLLECTED'), ...collected.missing.flatMap(({ what, why }) => wrap(`${what}: ${why}`, page.width, 2, 4))];
}

import type { Diagnosis } from '../diagnosis.ts';
import { findings } from './findings.ts';
import { headline } from './headline.ts';
import { lacking } from './lacking.ts';
import { type TextOptions, pageOf } from './page.ts';
import { ways } from './ways.ts';

/** For a person: the verdict, why, how to mend it, and the way that the packet takes. Ends with a line feed. */
export function writeText(diagnosis: Diagnosis, options: TextOptions = {}): string {
  const page = pageOf(options);
  const lines = [...headline(page, diagnosis), ...findings(page, diagnosis), ...ways(page, diagnosis), ...lacking(page, diagnosis)];
  return `${lines.join('\n')}\n`;
}

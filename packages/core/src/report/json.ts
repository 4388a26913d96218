import type { Diagnosis } from './diagnosis.ts';

/** `-o json`: the document itself, indented. Ends with a line feed. */
export function writeJson(diagnosis: Diagnosis): string {
  return `${JSON.stringify(diagnosis, undefined, 2)}\n`;
}

import type { Level } from '../../contracts/suspicion.ts';
import type { Verdict } from '../../contracts/verdict.ts';

/** Colours of the text report. Each takes a text and gives it back, painted or not. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const same = (text: string): string => text;

/** No colours: what goes into a file or a pipe. */
export const PLAIN: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };

export function paintVerdict(paint: Paint, verdict: Verdict, text: string): string {
  switch (verdict) {
    case 'delivered':
      return paint.green(text);
    case 'dropped':
    case 'rejected':
      return paint.red(text);
    case 'unknown':
      return paint.yellow(text);
    default:
      return verdict satisfies never;
  }
}

export function paintLevel(paint: Paint, level: Level, text: string): string {
  switch (level) {
    case 'FATAL':
    case 'CRITICAL':
      return paint.red(text);
    case 'WARNING':
      return paint.yellow(text);
    case 'INFO':
      return paint.dim(text);
    default:
      return level satisfies never;
  }
}

import type { Diagnosis } from './diagnosis.ts';

/** Colours of the text report. Each takes a text and gives it back, painted or not. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

export interface TextOptions {
  /** Every step with its evidence. */
  readonly wide?: boolean;
  readonly paint?: Paint;
  /** Symbols beyond ASCII. Default true. */
  readonly unicode?: boolean;
  /** Columns to wrap at. Default 100. */
  readonly width?: number;
}

/** For a person. Ends with a line feed. */
export function writeText(_diagnosis: Diagnosis, _options: TextOptions = {}): string {
  return '';
}
/** `-o json`: the document itself, indented. Ends with a line feed. */
export function writeJson(diagnosis: Diagnosis): string {
  return `${JSON.stringify(diagnosis, undefined, 2)}\n`;
}
/** `-o kubeskoop`: KubeSkoop's own shape, as a value; to be printed as JSON. */
export function toKubeskoop(_diagnosis: Diagnosis): {
  readonly cluster: unknown;
  readonly nodes: readonly unknown[];
  readonly links: readonly unknown[];
} {
  return { cluster: {}, nodes: [], links: [] };
}

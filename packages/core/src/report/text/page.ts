import { PLAIN, type Paint } from './paint.ts';

export interface TextOptions {
  /** Every way, every step, with its evidence. */
  readonly wide?: boolean;
  readonly paint?: Paint;
  /** Symbols beyond ASCII. Default true. */
  readonly unicode?: boolean;
  /** Columns to wrap at. Default 100. */
  readonly width?: number;
}

/** What a report is set on: its options with the defaults filled in, and the symbols. */
export interface Page {
  readonly wide: boolean;
  readonly paint: Paint;
  readonly width: number;
  readonly symbols: Symbols;
}

interface Symbols {
  readonly good: string;
  readonly bad: string;
  readonly unclear: string;
  readonly arrow: string;
  readonly ellipsis: string;
}

const UNICODE: Symbols = { good: '✔', bad: '✘', unclear: '?', arrow: '→', ellipsis: '…' };
const ASCII: Symbols = { good: '+', bad: 'x', unclear: '?', arrow: '->', ellipsis: '...' };

export function pageOf({ wide = false, paint = PLAIN, unicode = true, width = 100 }: TextOptions): Page {
  return { wide, paint, width, symbols: unicode ? UNICODE : ASCII };
}

/**
 * Lines of at most `width` columns, broken at spaces; a word that is longer stands alone on its line, whole, so that it can be copied.
 * The first line has `indent` spaces in front, the others `hanging`.
 */
export function wrap(text: string, width: number, indent: number, hanging = indent): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const room = width - (lines.length === 0 ? indent : hanging);
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((one, index) => `${' '.repeat(index === 0 ? indent : hanging)}${one}`);
}

/** Cut to `length` columns, with a sign that it was. */
export function clip({ symbols }: Page, text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - symbols.ellipsis.length))}${symbols.ellipsis}`;
}

/** Control characters of a dump must not reach a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

import type { SourceLine } from '../../source.ts';

/** Lines of a text that are kept by where they stand, and made when somebody asks: of a hundred thousand rules a packet meets fifty. */
export class Lines {
  readonly text: string;
  private readonly artifact: string;
  private readonly begins: number[] = [];
  private readonly ends: number[] = [];
  private readonly numbers: number[] = [];

  constructor(text: string, artifact: string) {
    this.text = text;
    this.artifact = artifact;
  }

  get count(): number {
    return this.begins.length;
  }

  /** Keeps the stretch of the text as line `number`; returns its index. */
  add(begin: number, end: number, number: number): number {
    this.begins.push(begin);
    this.ends.push(end);
    return this.numbers.push(number) - 1;
  }

  begin(index: number): number {
    return this.begins[index] ?? 0;
  }

  end(index: number): number {
    return this.ends[index] ?? 0;
  }

  at(index: number): SourceLine {
    return this.line(this.begin(index), this.end(index), this.numbers[index] ?? 0);
  }

  line(begin: number, end: number, number: number): SourceLine {
    return { artifact: this.artifact, line: number, text: withoutCounters(this.text.slice(begin, end).trim()) };
  }
}

/** `[12:345] -A …` and `:INPUT ACCEPT [12:345]` without what changes with every packet. */
function withoutCounters(line: string): string {
  if (!line.startsWith('[') && !line.endsWith(']')) return line;
  return line.replace(/^\[\d+:\d+\] (?=-)/, '').replace(/^(:.*) \[\d+:\d+\]$/, '$1');
}

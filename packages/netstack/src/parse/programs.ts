import type { LinkProgram } from '../namespace/link.ts';
import type { SourceLine } from '../source.ts';
import type { NamespaceDump } from './artifact.ts';
import { type Parsed, lines, read, unreadable } from './read.ts';

/**
 * `tc filter` of every device, a line each: `DEV ingress|egress OUTPUT`. Any filter at all makes a program; what it does is not read.
 */
export function parsePrograms(dump: NamespaceDump): Parsed<ReadonlyMap<string, readonly LinkProgram[]>> {
  const source = read(dump, 'tc-filter', 'tc');
  const value = new Map<string, LinkProgram[]>();
  const bad: SourceLine[] = [];
  let last: { device: string; direction: LinkProgram['direction']; source: SourceLine } | undefined;
  let seen = false;
  const add = ({ device, ...program }: NonNullable<typeof last>): void => {
    const programs = value.get(device) ?? [];
    value.set(device, programs);
    programs.push({ kind: 'tc', ...program });
    seen = true;
  };
  for (const line of lines(source)) {
    const [, device, side, output] = /^(\S+) (ingress|egress)(?: (.*))?$/.exec(line.text) ?? [];
    if (device !== undefined) {
      last = { device, direction: side === 'ingress' ? 'ingress' : 'egress', source: line };
      seen = false;
      if (!isEmpty(output ?? '')) add(last);
    } else if (last === undefined) bad.push(line);
    // Some actions print text of several lines, even among JSON: it belongs to the filter above.
    else if (!seen) add(last);
  }
  return { value, gaps: [...(source.gap === undefined ? [] : [source.gap]), ...unreadable('tc', bad)] };
}

function isEmpty(output: string): boolean {
  return /^(?:\[\s*\])?$/.test(output.trim());
}

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
  for (const line of lines(source)) {
    const [, device, direction, output] = /^(\S+) (ingress|egress)(?: (.*))?$/.exec(line.text) ?? [];
    if (device === undefined || direction === undefined) bad.push(line);
    else if (!isEmpty(output ?? '')) {
      const programs = value.get(device) ?? [];
      value.set(device, programs);
      programs.push({ kind: 'tc', direction: direction === 'ingress' ? 'ingress' : 'egress', source: line });
    }
  }
  return { value, gaps: [...(source.gap === undefined ? [] : [source.gap]), ...unreadable('tc', bad)] };
}

function isEmpty(output: string): boolean {
  return /^(?:\[\s*\])?$/.test(output.trim());
}

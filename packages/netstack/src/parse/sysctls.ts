import type { SourceLine } from '../source.ts';
import type { NamespaceDump } from './artifact.ts';
import { type Parsed, lines, read, unreadable } from './read.ts';

/** Lines `path/under/proc/sys = value`. A device's name may have dots, so paths have slashes. */
export function parseSysctls(dump: NamespaceDump): Parsed<ReadonlyMap<string, string>> {
  const source = read(dump, 'sysctl', 'sysctls');
  const value = new Map<string, string>();
  const bad: SourceLine[] = [];
  for (const line of lines(source)) {
    const [, path, setting] = /^(\S+) =(?: (.*))?$/.exec(line.text) ?? [];
    if (path === undefined) bad.push(line);
    else value.set(path, (setting ?? '').trim());
  }
  return { value, gaps: [...(source.gap === undefined ? [] : [source.gap]), ...unreadable('sysctls', bad)] };
}

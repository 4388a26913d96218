import type { CollectedNamespace, DumpMeta } from './node-dump.ts';
import { namespaceOfFolder, NO_META } from './node-dump.ts';

/** Lines `KEY VALUE`, in order. */
function pairs(text: string): readonly (readonly [key: string, value: string])[] {
  return text
    .split('\n')
    .filter((line) => line.includes(' '))
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
}

/** Reads the stream's part `meta`, and `problems`, which has one a line. */
export function readMachineMeta(text: string, problems: string): { readonly meta: DumpMeta; readonly problems: readonly string[] } {
  const lines = pairs(text);
  const one = (key: string): string => lines.find(([name]) => name === key)?.[1] ?? '';
  const tools = lines
    .filter(([key]) => key === 'tool')
    .map(([, value]) => [value.split(' ', 1)[0] ?? '', value.slice(value.indexOf(' ') + 1)] as const);
  return {
    meta:
      lines.length === 0
        ? NO_META
        : {
            collector: one('collector'),
            hostname: one('hostname'),
            kernel: one('kernel'),
            started: one('started'),
            tools: Object.fromEntries(tools),
          },
    problems: problems.split('\n').filter((line) => line !== ''),
  };
}

/** Reads a namespace's part `meta`; the folder's name tells what it leaves out. */
export function readNamespaceMeta(
  folder: string,
  text: string,
): { readonly identity: Pick<CollectedNamespace, 'folder' | 'kind' | 'pod'>; readonly problems: readonly string[] } {
  const lines = pairs(text);
  const one = (key: string): string => lines.find(([name]) => name === key)?.[1] ?? '';
  const problems = lines.filter(([key]) => key === 'problem').map(([, value]) => `${folder}: ${value}`);
  const kind = one('kind');
  if (kind !== 'pod') return { identity: kind === 'host' || kind === 'other' ? { folder, kind } : namespaceOfFolder(folder), problems };
  return { identity: { folder, kind, pod: { namespace: one('namespace'), name: one('name'), uid: one('uid') } }, problems };
}

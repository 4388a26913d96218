import type { Gap, SourceLine, Topic } from '../source.ts';
import type { Artifact, ArtifactName, NamespaceDump } from './artifact.ts';

/** What a parser makes of an artifact: what could be read, and what could not. */
export interface Parsed<T> {
  readonly value: T;
  readonly gaps: readonly Gap[];
}

/** An artifact's text, empty where there is none, and what is wrong with the whole. */
export interface Read {
  readonly path: string;
  readonly text: string;
  readonly gap: Gap | undefined;
}

/** iproute2 on a kernel without that family or feature: there is nothing to dump, which is not the same as a failure. */
const NOT_IN_KERNEL = /address family not supported|operation not supported|protocol not supported/i;

export function read(dump: NamespaceDump, name: ArtifactName, topic: Topic): Read {
  const artifact = dump.artifacts.get(name);
  const path = `${dump.id}/${name}`;
  if (artifact === undefined) return { path, text: '', gap: { topic, kind: 'missing', why: `${name} was not collected` } };
  return { path, text: artifact.text, gap: wholeGap(artifact, name, topic) };
}

function wholeGap(artifact: Artifact, name: ArtifactName, topic: Topic): Gap | undefined {
  if (artifact.truncated) return { topic, kind: 'truncated', why: `${name} is cut off: the collector's stream ended inside it` };
  if (artifact.status === 0) return undefined;
  if (artifact.text.trim() === '' && NOT_IN_KERNEL.test(artifact.error)) return undefined;
  return { topic, kind: 'missing', why: `${name} ${failure(artifact.status)}${firstLine(artifact.error)}` };
}

function failure(status: number): string {
  if (status === 127) return 'was not collected: its tool is not installed';
  if (status === 124) return 'was not collected: its tool ran into the time limit';
  return `is incomplete: its tool failed with status ${String(status)}`;
}

function firstLine(error: string): string {
  const line = error.trimStart().split('\n', 1)[0]?.trim() ?? '';
  return line === '' ? '' : ` (${clip(line)})`;
}

export function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** The lines that are not blank. */
export function lines(source: Read): SourceLine[] {
  const result: SourceLine[] = [];
  for (const [i, raw] of source.text.split('\n').entries()) {
    const line = raw.trim();
    if (line !== '') result.push({ artifact: source.path, line: i + 1, text: line });
  }
  return result;
}

/** One gap for all lines that could not be read: it concerns the whole topic, since nobody knows what they would have said. */
export function unreadable(topic: Topic, bad: readonly SourceLine[]): Gap[] {
  const first = bad[0];
  if (first === undefined) return [];
  const more = bad.length > 1 ? ` and ${String(bad.length - 1)} more` : '';
  return [{ topic, kind: 'malformed', why: `${first.artifact}: line ${String(first.line)}${more} can't be read: ${clip(first.text)}` }];
}

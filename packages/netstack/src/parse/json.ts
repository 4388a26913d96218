import type { Gap, SourcePointer, Topic } from '../source.ts';
import type { ArtifactName, NamespaceDump } from './artifact.ts';
import { type Fields, isFields } from './fields.ts';
import { type Parsed, clip, read } from './read.ts';

/** One object of a tool's JSON list. */
export interface Item {
  readonly fields: Fields;
  /** Position in the list. */
  readonly at: number;
  readonly source: SourcePointer;
}

/**
 * The objects of an artifact that is a JSON list, as `ip -j` and `bridge -j` print it.
 *
 * A list that is cut or broken yields its leading complete elements. Old versions print `{}` for what they filtered out: those are left out.
 */
export function readItems(dump: NamespaceDump, name: ArtifactName, topic: Topic): Parsed<readonly Item[]> {
  const source = read(dump, name, topic);
  const gaps: Gap[] = source.gap === undefined ? [] : [source.gap];
  const malformed = (why: string): void => {
    if (gaps.length === 0) gaps.push({ topic, kind: 'malformed', why: `${name} ${why}` });
  };
  const list = parseList(source.text);
  if (!list.complete) malformed(`is no valid JSON list: ${clip(source.text.trim())}`);
  const value: Item[] = [];
  for (const [i, element] of list.elements.entries()) {
    if (!isFields(element)) malformed(`has an element that is no object: ${clip(compact(element))}`);
    else if (Object.keys(element).length > 0)
      value.push({ fields: element, at: i, source: { artifact: source.path, pointer: `/${String(i)}`, text: compact(element) } });
  }
  return { value, gaps };
}

/** For an object that is there and whose meaning isn't clear: the whole topic is in doubt. */
export function unreadableItem(topic: Topic, item: Item, what: string): Gap {
  return { topic, kind: 'malformed', why: `${item.source.artifact}${item.source.pointer}: ${what}: ${clip(item.source.text)}` };
}

interface List {
  readonly elements: readonly unknown[];
  readonly complete: boolean;
}

function parseList(text: string): List {
  if (text.trim() === '') return { elements: [], complete: true };
  const whole = tryParse(text);
  if (Array.isArray(whole)) return { elements: whole, complete: true };
  const end = whole === undefined ? endOfLastElement(text) : 0;
  const salvaged = end === 0 ? undefined : tryParse(`${text.slice(0, end)}]`);
  return { elements: Array.isArray(salvaged) ? salvaged : [], complete: false };
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where the last complete element of a list ends; 0 where there is none. */
function endOfLastElement(text: string): number {
  return elementSpans(text).at(-1)?.end ?? 0;
}

/** Begin and end of each complete object or list in a list. */
function elementSpans(text: string): { begin: number; end: number }[] {
  const spans: { begin: number; end: number }[] = [];
  let depth = 0;
  let begin = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '{' || c === '[') {
      if (depth++ === 1) begin = i;
    } else if (c === '}' || c === ']') {
      if (--depth === 1) spans.push({ begin, end: i + 1 });
      if (depth < 1) break;
    }
  }
  return spans;
}

/**
 * The first value of a key in each element, where that is a string. JSON.parse keeps the last of equal keys, and iproute2 prints the
 * details of an `encap` among the route's own: `{"dst":"10.59.0.0/16","encap":"ip","dst":"10.1.0.44"}`.
 */
export function firstOfDuplicates(dump: NamespaceDump, name: ArtifactName, key: string): (string | undefined)[] {
  const text = dump.artifacts.get(name)?.text ?? '';
  const pattern = new RegExp(`"${key}"\\s*:\\s*"([^"\\\\]*)"`);
  return elementSpans(text).map(({ begin, end }) => pattern.exec(text.slice(begin, end))?.[1]);
}

/** What moves by itself: no evidence, and noise in a comparison of two dumps. */
const COUNTERS = /^(?:stats|stats64|statistics|packets|bytes|used|confirmed|updated|probes|refcnt|usedbcqueuelen|.*_timer)$/;

/** JSON on one line, counters left out. */
export function compact(value: unknown): string {
  try {
    return JSON.stringify(value, (key, inner: unknown) => (COUNTERS.test(key) ? undefined : inner));
  } catch {
    return '(nested too deeply to show)';
  }
}

import { cksum } from './checksum.ts';

/** A part of a collector's stream: a file that it would be in a folder. */
export interface Frame {
  readonly path: string;
  readonly status: number;
  readonly bytes: Buffer;
  /** `cut`: the stream ends inside it. `corrupt`: its checksum is wrong. */
  readonly state: 'whole' | 'cut' | 'corrupt';
}

export interface Frames {
  readonly node: string;
  readonly frames: readonly Frame[];
  /** The end is there, and fits what came before it. */
  readonly complete: boolean;
  readonly problems: readonly string[];
}

const START = /^skoop-dump ([0-9]+) node=([A-Za-z0-9._-]{1,253})$/;
const HEADER = /^@ ([A-Za-z0-9._/-]{1,512}) ([0-9]{1,15}) ([0-9]{1,3}) ([0-9]{1,10}|-)$/;
const END = /^@end ([0-9]{1,9}) ([0-9]{1,10}|-)$/;
/** Longer than any line of ours. */
const LONGEST_LINE = 1024;
const MOST_FRAMES = 200_000;

/** The stream's first line; `undefined` where it is not one. */
export function readStart(stream: Buffer): { readonly format: number; readonly node: string } | undefined {
  const match = START.exec(lineAt(stream, 0) ?? '');
  return match === null ? undefined : { format: Number(match[1]), node: match[2] ?? '' };
}

/** Takes an unpacked stream apart. Never fails: what can't be read is a problem, and reading goes on at the next header. */
export function readFrames(stream: Buffer): Frames {
  const node = readStart(stream)?.node ?? '';
  const frames: Frame[] = [];
  const problems: string[] = [];
  const headers: string[] = [];
  let at = (lineAt(stream, 0)?.length ?? 0) + 1;
  let lost = false;
  // Looking for headers reads bytes again: a stream made to be looked through for ever is given up.
  const budget = { bytes: 4 * stream.length };
  while (at < stream.length && frames.length < MOST_FRAMES) {
    const line = lineAt(stream, at);
    const end = END.exec(line ?? '');
    if (end !== null) {
      return {
        node,
        frames,
        problems: [...problems, ...judgeEnd(end, headers, lost)],
        complete: !lost && Number(end[1]) === headers.length,
      };
    }
    const header = HEADER.exec(line ?? '');
    if (line === undefined || header === null) {
      const next = nextHeader(stream, at, budget);
      if (next === undefined) break;
      if (!lost) problems.push(`byte ${at} of the unpacked stream: no header where one must be; what stood there is lost`);
      lost = true;
      at = next;
      continue;
    }
    const start = at + line.length + 1;
    const frame = readFrame(header, stream, start);
    if (frame.state === 'corrupt') problems.push(`${frame.path}: its checksum is wrong: damaged on the way`);
    headers.push(`${line}\n`);
    frames.push(frame);
    at = start + Number(header[2]) + 1;
    // A length that was damaged leads astray: then the next header is looked for right behind this one.
    if (frame.state === 'cut') at = nextHeader(stream, start, budget) ?? stream.length;
    if (frame.state === 'corrupt' && HEADER.exec(lineAt(stream, at) ?? '') === null) at = nextHeader(stream, start, budget) ?? at;
  }
  return { node, frames, problems, complete: false };
}

function readFrame(header: RegExpExecArray, stream: Buffer, start: number): Frame {
  const [, path = '', length, status, sum] = header;
  const size = Number(length);
  const bytes = stream.subarray(start, start + size);
  const whole = bytes.length === size && start + size < stream.length;
  const state = !whole ? 'cut' : sum === '-' || Number(sum) === cksum(bytes) ? 'whole' : 'corrupt';
  return { path, status: Number(status), bytes, state };
}

function judgeEnd(end: RegExpExecArray, headers: readonly string[], lost: boolean): readonly string[] {
  if (lost || Number(end[1]) !== headers.length) return [`the stream should have ${end[1]} parts, ${headers.length} of them arrived`];
  return end[2] === '-' || Number(end[2]) === cksum(Buffer.from(headers.join('')))
    ? []
    : ['the checksum of the whole stream is wrong: a header was changed'];
}

/** The line at an offset, without its end; `undefined` where no end of a line follows soon. */
function lineAt(stream: Buffer, at: number): string | undefined {
  const end = stream.subarray(at, at + LONGEST_LINE).indexOf(0x0a);
  return end === -1 ? undefined : stream.toString('latin1', at, at + end);
}

/** The next header that is surely one: an output may hold a line that looks like it, but not one whose checksum fits what follows. */
function nextHeader(stream: Buffer, from: number, budget: { bytes: number }): number | undefined {
  for (let at = from; budget.bytes > 0;) {
    const found = stream.indexOf('\n@', at);
    if (found === -1) return undefined;
    at = found + 1;
    const line = lineAt(stream, at) ?? '';
    const header = HEADER.exec(line);
    budget.bytes -= LONGEST_LINE + Math.min(Number(header?.[2] ?? 0), stream.length - at);
    if (END.test(line) || (header !== null && header[4] !== '-' && readFrame(header, stream, at + line.length + 1).state === 'whole'))
      return at;
  }
  return undefined;
}

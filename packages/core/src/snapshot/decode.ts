import type { Artifact, ArtifactName } from '@skoop/netstack';
import { ARTIFACTS } from '@skoop/netstack';
import type { SkoopError } from '../contracts/error.ts';
import { skoopError } from '../contracts/error.ts';
import type { Result } from '../contracts/result.ts';
import { err, ok } from '../contracts/result.ts';
import { toArtifact } from './artifact.ts';
import type { Frame } from './frames.ts';
import { readFrames, readStart } from './frames.ts';
import { inflate } from './inflate.ts';
import type { NodeDump, CollectedNamespace } from './node-dump.ts';
import { isFolder } from './node-dump.ts';
import { readMachineMeta, readNamespaceMeta } from './meta.ts';

/** The version of the collector's stream that is understood. */
export const DUMP_FORMAT = 1;
const LARGEST_DUMP = 512 * 1024 * 1024;
const NAMES: ReadonlySet<string> = new Set(ARTIFACTS);

/**
 * Reads what a collector printed. A stream that was cut or damaged gives what arrived, with `truncated` and `problems` saying so.
 *
 * Errors, all with exit status 2: `DUMP_EMPTY`, `DUMP_INVALID` (no collector printed it), `DUMP_TOO_NEW`, `DUMP_TOO_LARGE`.
 *
 * @param limit most bytes that it may unpack to
 */
export function decodeNodeDump(bytes: Uint8Array, limit: number = LARGEST_DUMP): Result<NodeDump, SkoopError> {
  if (bytes.length === 0) return err(empty('the dump is empty: it has no byte'));
  const inflated = inflate(bytes, limit);
  if (inflated.kind === 'too-large') {
    return err(
      skoopError('DUMP_TOO_LARGE', `the dump unpacks to more than ${limit} bytes`, {
        remedy: 'Collect with a smaller --max-bytes and --max-total.',
      }),
    );
  }
  const stream = inflated.bytes;
  const start = readStart(stream);
  if (start === undefined) {
    if (
      'skoop-dump '.startsWith(stream.toString('latin1', 0, 11)) ||
      (stream.toString('latin1', 0, 11) === 'skoop-dump ' && !stream.includes(0x0a))
    ) {
      return err(empty('the dump was cut before its first part'));
    }
    return err(
      skoopError('DUMP_INVALID', 'this is no dump of the collector', { remedy: 'Make one with: skoop collect --output node.dump' }),
    );
  }
  if (start.format > DUMP_FORMAT) {
    return err(
      skoopError('DUMP_TOO_NEW', `the dump has format ${start.format}, this skoop reads ${DUMP_FORMAT}`, {
        remedy: 'Update skoop, or collect with the collector of this version.',
      }),
    );
  }
  const { node, frames, complete, problems } = readFrames(stream);
  const folders = byFolder(frames);
  const machine = readMachineMeta(textOf(frames, 'meta'), textOf(frames, 'problems'));
  const namespaces = [...folders].map(([folder, files]) => toNamespace(folder, files));
  const cut = !complete || inflated.damage !== 'none';
  return ok({
    node,
    meta: machine.meta,
    truncated: cut,
    problems: [
      ...machine.problems,
      ...namespaces.flatMap(({ problems: own }) => own),
      ...problems,
      ...(inflated.damage === 'corrupt' ? ['the packed stream is damaged: what came after the damage is lost'] : []),
      ...(cut && problems.length === 0 && inflated.damage !== 'corrupt' ? [cutMessage(frames)] : []),
    ],
    namespaces: namespaces.map(({ namespace }) => namespace),
  });
}

function empty(message: string): SkoopError {
  return skoopError('DUMP_EMPTY', message, { remedy: 'Collect again; on the node: skoop-collect.sh > node.dump' });
}

function cutMessage(frames: readonly Frame[]): string {
  const last = frames.at(-1);
  return `the stream ends too early${last === undefined ? '' : `, ${last.state === 'cut' ? 'inside of' : 'after'} ${last.path}`}: what follows is missing`;
}

function textOf(frames: readonly Frame[], path: string): string {
  const frame = frames.find((each) => each.path === path);
  return frame === undefined || frame.state === 'corrupt' ? '' : frame.bytes.toString('utf8');
}

type Files = Map<string, Frame>;

function byFolder(frames: readonly Frame[]): ReadonlyMap<string, Files> {
  const folders = new Map<string, Files>();
  for (const frame of frames) {
    const slash = frame.path.lastIndexOf('/');
    const folder = frame.path.slice(0, Math.max(slash, 0));
    if (!isFolder(folder)) continue;
    const files = folders.get(folder) ?? new Map<string, Frame>();
    folders.set(folder, files);
    // The first counts, unless it came damaged.
    const name = frame.path.slice(slash + 1);
    if ((files.get(name)?.state ?? 'corrupt') !== 'whole') files.set(name, frame);
  }
  return folders;
}

function toNamespace(folder: string, files: Files): { readonly namespace: CollectedNamespace; readonly problems: readonly string[] } {
  const meta = files.get('meta');
  const { identity, problems } = readNamespaceMeta(folder, meta === undefined || meta.state !== 'whole' ? '' : meta.bytes.toString('utf8'));
  const artifacts = new Map<ArtifactName, Artifact>();
  for (const [name, frame] of files) {
    if (!NAMES.has(name)) continue;
    artifacts.set(
      name as ArtifactName,
      frame.state === 'corrupt' ? DAMAGED : toArtifact(frame.bytes, frame.status, files.get(`${name}.err`)?.bytes, frame.state === 'cut'),
    );
  }
  return { namespace: { ...identity, artifacts }, problems };
}

/** Nothing of it may be believed. */
const DAMAGED: Artifact = { text: '', status: 1, error: 'its checksum is wrong: damaged on the way', truncated: true };

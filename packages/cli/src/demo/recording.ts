import { readFile } from 'node:fs/promises';
import { PACKAGE_ROOT } from '../run/package-root.ts';

export interface Recording {
  /** Snapshot beside the list. */
  readonly file: string;
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp';
  /** What to look for in the answer. */
  readonly see: string;
}

export const RECORDINGS = `${PACKAGE_ROOT}/recordings`;

/** What is recorded, in the order in which it is shown. The list is part of the package, so it is not checked. */
export async function readRecordings(): Promise<readonly Recording[]> {
  return JSON.parse(await readFile(`${RECORDINGS}/index.json`, 'utf8')) as readonly Recording[];
}

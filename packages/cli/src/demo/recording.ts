import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PACKAGE_ROOT } from '../run/package-root.ts';

const schema = z.array(
  z.strictObject({
    /** Snapshot beside the list. */
    file: z.string(),
    title: z.string(),
    from: z.string(),
    to: z.string(),
    protocol: z.enum(['tcp', 'udp', 'sctp', 'icmp']).default('tcp'),
    /** What to look for in the answer. */
    see: z.string(),
  }),
);

export type Recording = z.infer<typeof schema>[number];

export const RECORDINGS = `${PACKAGE_ROOT}/recordings`;

/** What is recorded, in the order in which it is shown. The list is part of the package. */
export async function readRecordings(): Promise<readonly Recording[]> {
  return schema.parse(JSON.parse(await readFile(`${RECORDINGS}/index.json`, 'utf8')));
}

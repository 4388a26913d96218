import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * What a tool says to texts, each given to a call of its own on standard input, in a network namespace: its complaint, `undefined` where
 * it took the text.
 */
export async function complaints(
  netns: string,
  tool: readonly string[],
  texts: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'skoop-corpus-'));
  try {
    for (const [i, text] of texts.entries()) writeFileSync(join(folder, String(i)), text, 'latin1');
    // One shell for all of them: what costs most is to enter the namespace.
    // One shell for all of them: what costs most is to enter the namespace.
    const script = 'cd "$1"; last=$2; shift 2; for i in $(seq 0 "$last"); do "$@" <"$i" >/dev/null 2>"$i.err"; echo $? >"$i.status"; done';
    await promisify(execFile)('ip', ['netns', 'exec', netns, 'sh', '-c', script, 'sh', folder, String(texts.length - 1), ...tool]);
    return texts.map((_, i) => {
      if (readFileSync(join(folder, `${String(i)}.status`), 'utf8').trim() === '0') return undefined;
      const said = readFileSync(join(folder, `${String(i)}.err`), 'utf8').trim();
      return said === '' ? '(nothing said)' : said;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import { describe, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, codeBlocks, read } from './markdown.ts';

/** Runs a program as a file of that package would run. */
async function run(pkg: string, code: string): Promise<string> {
  const running = promisify(execFile)('node', ['--input-type=module', '--eval', code], {
    cwd: `${ROOT}packages/${pkg}`,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return (await running).stdout;
}

/** The shortest that a collector prints, of a machine with one pod. */
const DUMP = 'skoop-dump 1 node=node1\n@ host/ip-link 2 0 -\n[]\n@ pods/default_web-1/ip-link 2 0 -\n[]\n@end 2 -\n';

const block = (pkg: string, language: string): string =>
  codeBlocks(read(`packages/${pkg}/README.md`)).find((one) => one.language === language)?.code ?? '';

jest.setTimeout(300_000);

describe('examples of the READMEs', () => {
  test('netstack: prints what it says', async () => {
    expect(await run('netstack', block('netstack', 'js'))).toBe(block('netstack', 'text'));
  });

  test('core: reads a snapshot', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skoop-readme-'));
    try {
      await mkdir(join(folder, 'nodes'));
      await writeFile(join(folder, 'nodes/node1.dump'), DUMP);
      const code = block('core', 'js').replace('cluster.tar.gz', folder);
      expect(await run('core', code)).toBe("node1 [ 'default/web-1' ]\n");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

import { describe, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const folders = ['docs', 'packages/cni-calico', 'packages/cni-flannel', 'packages/provider-generic'].map(
  (folder) => `${root}${folder}/codes`,
);

/** The program as it was built. */
async function explain(...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string; readonly status: number }> {
  try {
    const { stdout, stderr } = await promisify(execFile)('node', [`${root}packages/cli/bin/skoop.js`, 'explain', ...args]);
    return { stdout, stderr, status: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return { stdout, stderr, status: code };
  }
}

jest.setTimeout(300_000);

describe('skoop explain', () => {
  test("lists our codes and the plugins'", async () => {
    const pages = folders.flatMap((folder) => readdirSync(folder).map((file) => file.replace(/\.md$/, '')));
    const { stdout } = await explain();
    expect(stdout.trim().split('\n')).toEqual(expect.arrayContaining(pages));
  });

  test.each([
    ['of ours', 'ROUTE_MISSING', 'docs/codes/ROUTE_MISSING.md'],
    ["of a plugin's, in whatever case", 'flannel_mtu', 'packages/cni-flannel/codes/FLANNEL_MTU.md'],
  ])('prints a page %s', async (_whose, code, path) => {
    expect(await explain(code)).toMatchObject({ stdout: readFileSync(`${root}${path}`, 'utf8'), status: 0 });
  });

  test('what is no code is a usage error that names what is near', async () => {
    const { stderr, status } = await explain('ROUTE_GONE');
    expect(status).toBe(2);
    expect(stderr).toMatch(/there is no suspicion code "ROUTE_GONE"[^]*Near it: ROUTE_/);
  });
});

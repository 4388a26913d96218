import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
/** Our own pages, and those of the plugins in this repository. */
const folders = [`${root}docs/codes`, ...plugins().map((name) => `${root}packages/${name}/codes`)].filter(existsSync);
const pages = folders.flatMap((folder) => readdirSync(folder).map((file) => `${folder}/${file}`));

function plugins(): readonly string[] {
  return readdirSync(`${root}packages`).filter((name) => /^(?:cni|provider)-/.test(name));
}

/** What a person looks for at 3 a.m., in this order. */
const SECTIONS = ['How it was found', 'Look yourself', 'Mend it', 'When it is harmless'];

/** What a code may begin with: never used again for something else. A plugin's area is its name. */
const AREAS =
  'ENDPOINT LINK ROUTE NEIGHBOUR BRIDGE TUNNEL NETFILTER NAT IPVS SYSCTL SOCKET MTU SERVICE POLICY NODE POD COLLECT MODEL'.split(' ');

test.each(pages.map((path) => [basename(path, '.md'), path]))('%s begins with an area that is known', (code, path) => {
  const [, plugin] = /packages\/(?:cni|provider)-([a-z0-9-]+)\/codes\//.exec(path) ?? [];
  const area = code.split('_')[0] ?? '';
  // The generic provider speaks of nodes as such.
  if (plugin === undefined || plugin === 'generic') expect(AREAS).toContain(area);
  else expect(area).toBe(plugin.toUpperCase());
});

describe('pages of suspicion codes', () => {
  test.each(pages.map((path) => [basename(path), path]))(
    '%s has a name, a meaning, and every section with something in it',
    (file, path) => {
      const text = readFileSync(path, 'utf8');
      const [head = '', ...sections] = text.split(/^## /m);
      expect(head).toMatch(new RegExp(`^# ${file.replace(/\.md$/, '')}\n\n\\S`));
      expect(sections.map((section) => section.split('\n')[0])).toEqual(SECTIONS);
      expect(sections.filter((section) => !/\n\S*\s*\S/.test(section.trim()))).toEqual([]);
    },
  );

  test.each(pages.map((path) => [basename(path), path]))('%s fits a screen', (_file, path) => {
    const lines = readFileSync(path, 'utf8').split('\n').length;
    expect(lines).toBeGreaterThanOrEqual(15);
    expect(lines).toBeLessThanOrEqual(41);
  });
});

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

describe('skoop demo, from the recordings in the package', () => {
  let shown: string;
  beforeAll(() => {
    const env = { ...process.env, LANG: 'C.UTF-8', LC_ALL: '', NO_COLOR: '1' };
    shown = execFileSync(process.execPath, [path('../../bin/skoop.js'), 'demo'], { encoding: 'utf8', env });
  });

  test('a healthy connection, three ways', () => {
    expect(shown).toMatch(/^✔ DELIVERED {2}pod default\/client .* service default\/web:80/m);
    expect(shown.match(/33 % {2}✔ delivered {2}pod default\/web-\d/g)).toHaveLength(5);
  });

  test('a broken one, with the rule, its line, and the command that mends it', () => {
    expect(shown).toMatch(/^✘ DROPPED on 1 of 3 ways \(33 %\)/m);
    expect(shown).toMatch(/^CAUSE {2}NETFILTER_DROP {2}CRITICAL on node node\d$/m);
    expect(shown).toMatch(/nodes\/node\d\/host\/iptables-nft-save:\d+/);
    expect(shown).toContain('iptables-nft -t filter -D FORWARD -p tcp -m tcp --dport 8080');
  });

  test('the README shows it as it is', () => {
    expect(readFileSync(path('../../../../README.md'), 'utf8')).toContain(shown.slice(shown.indexOf('✘ DROPPED')));
  });
});

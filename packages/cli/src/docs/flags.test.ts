import { describe, expect, test } from '@jest/globals';
import { calicoBinder } from '@skoop/cni-calico';
import { flannelBinder } from '@skoop/cni-flannel';
import type { ConfigBinder, FlagSpec } from '@skoop/core';
import { readdirSync } from 'node:fs';
import { CHECK } from '../flags/check.ts';
import { DIAGNOSE } from '../flags/diagnose.ts';
import type { Flag } from '../flags/flag.ts';
import { EXPLAIN, PLUGINS, PLUGINS_CREATE, PLUGINS_INSTALL, VERSION } from '../flags/small.ts';
import { CLEANUP, COLLECT, SNAPSHOT } from '../flags/snapshot.ts';
import { TRACE } from '../flags/trace.ts';
import { ROOT, firstTable, read, section } from './markdown.ts';

const cli = read('docs/cli.md');
const HEADINGS = ['Connection', 'Network', 'Collector', 'Common'];

const own = (flags: readonly Flag[]): readonly Flag[] => flags.filter(({ heading }) => heading === undefined);
const under = (heading: string): readonly Flag[] => DIAGNOSE.filter((flag) => flag.heading === heading);

function flagsOf(binder: ConfigBinder<unknown>): readonly FlagSpec[] {
  const flags: FlagSpec[] = [];
  binder.bindFlags({ add: (flag) => flags.push(flag) });
  return flags;
}

/** A flag as a row of its table; `--collector-cri-address` and `--kube-config` are told of beside. */
function rows(flags: readonly Flag[]): readonly (readonly string[])[] {
  return flags.map(({ name, char, type, placeholder, options, default: standard, description }) => {
    const value = type === 'boolean' ? '' : ` ${placeholder ?? options?.join('|') ?? 'NUMBER'}`;
    return [
      `${char === undefined ? '' : `\`-${char}\`, `}\`--${name}${value}\``,
      standard === undefined ? '' : `\`${String(standard)}\``,
      description,
    ];
  });
}

describe('docs/cli.md has the flags that are declared', () => {
  test.each<[heading: string, flags: readonly Flag[]]>([
    ['skoop diagnose', own(DIAGNOSE)],
    ['skoop check', own(CHECK)],
    ['skoop snapshot', own(SNAPSHOT)],
    ['skoop collect', own(COLLECT)],
    ['skoop trace', own(TRACE)],
    ['skoop explain', own(EXPLAIN)],
    ['skoop plugins', own(PLUGINS)],
    ['Of install, link and update', own(PLUGINS_INSTALL)],
    ['Of create', own(PLUGINS_CREATE)],
    ['skoop cleanup', own(CLEANUP)],
    ['skoop version', own(VERSION)],
    ...HEADINGS.map((heading): [string, readonly Flag[]] => [heading, under(heading)]),
    ['Calico network plugin', flagsOf(calicoBinder)],
    ['Flannel network plugin', flagsOf(flannelBinder)],
  ])('%s', (heading, flags) => {
    expect(firstTable(section(cli, heading))).toEqual(rows(flags));
  });

  test('under every heading that there is', () => {
    expect(new Set(DIAGNOSE.flatMap(({ heading }) => heading ?? []))).toEqual(new Set(HEADINGS));
  });
});

test('and every command', () => {
  const commands = readdirSync(`${ROOT}packages/cli/src/commands`).map((file) => file.replace(/\.ts$/, ''));
  const told = firstTable(cli).map(([cell = '']) => /skoop (\w+)/.exec(cell)?.[1]);
  expect(told.sort()).toEqual(commands.sort());
});

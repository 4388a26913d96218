import { skoopError } from '../contracts/error.ts';
import type { PluginEntry } from '../contracts/manifest.ts';
import { nearest } from '../config/did-you-mean.ts';
import type { Discovery } from './found.ts';
import type { OwnedEntry } from './load.ts';

type Kind = PluginEntry['kind'];

/** Packages of skoop's own that are not part of the CLI. */
const PUBLISHED: Readonly<Record<Kind, readonly string[]>> = { provider: ['aliyun', 'aws'], cni: [] };

/** Every plugin of a kind, nearest origin first. */
export function entriesOf(discovery: Discovery, kind: Kind): readonly OwnedEntry[] {
  return discovery.plugins.flatMap((plugin) =>
    plugin.manifest.plugins.filter((entry) => entry.kind === kind).map((entry) => ({ plugin, entry })),
  );
}

/** The plugin of that name. Throws where there is none, where several packages claim the name, and where the one that has it is broken. */
export function find(discovery: Discovery, kind: Kind, name: string): OwnedEntry {
  const [first, ...others] = entriesOf(discovery, kind).filter(({ entry }) => entry.name === name);
  if (first === undefined) throw missing(discovery, kind, name);
  if (others.length > 0) throw clash(kind, name, [first, ...others]);
  return first;
}

function clash(kind: Kind, name: string, claimants: readonly OwnedEntry[]): Error {
  const packages = claimants.map(({ plugin }) => `${plugin.package} (${plugin.path})`).join(' and ');
  return skoopError('PLUGIN_NAME_CLASH', `the ${KINDS[kind]} "${name}" is claimed by ${packages}`, {
    remedy: `remove one of the packages: npm uninstall ${claimants[0]?.plugin.package ?? ''}`,
  });
}

function missing(discovery: Discovery, kind: Kind, name: string): Error {
  const broken = discovery.problems.find((problem) => problem.offers.some((offer) => offer.kind === kind && offer.name === name));
  if (broken !== undefined) return skoopError(broken.code, broken.message, { remedy: broken.remedy, exit: broken.exit, cause: broken });
  const names = [...new Set(entriesOf(discovery, kind).map(({ entry }) => entry.name))].sort();
  const guess = nearest(name, names);
  const found = names.length === 0 ? 'none was found' : `found: ${names.join(', ')}`;
  return skoopError(
    'PLUGIN_NOT_FOUND',
    `there is no ${KINDS[kind]} "${name}" (${found})${guess === undefined ? '' : `; did you mean "${guess}"?`}`,
    {
      remedy: PUBLISHED[kind].includes(name)
        ? `npm install @skoop/${kind}-${name}, in the working directory or beside skoop`
        : 'install the package that offers it with npm install PACKAGE, in the working directory or beside skoop; skoop plugins shows what is found',
    },
  );
}

const KINDS: Readonly<Record<Kind, string>> = { provider: 'cloud provider', cni: 'network plugin' };

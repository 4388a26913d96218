import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '@skoop/core';
import { readArchive, skoopError } from '@skoop/core';
import { checkManifest } from '@skoop/core/plugins';
import { npm } from './npm.ts';

/** What a package is, before any of it is installed. */
export interface Preview {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly repository: string;
  readonly manifest: Manifest;
  /** The package as it was fetched; gone after `use` has ended. */
  readonly tarball: string;
}

/**
 * Fetches a package as npm does (from a registry, a tarball, a folder), reads what it says of itself, and hands it on. Nothing of it is run.
 *
 * @throws SkoopError `PLUGIN_NOT_ONE` where it is no plugin, a PluginProblem where its manifest is not sound, what {@link npm} throws
 */
export async function withPreview<T>(spec: string, signal: AbortSignal, use: (preview: Preview) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'skoop-plugin-'));
  try {
    await npm(['pack', spec, '--pack-destination', folder], signal);
    const [file] = await readdir(folder);
    if (file === undefined) throw skoopError('NPM_FAILED', `npm pack ${spec} gave no package`, {});
    return await use(await previewOf(spec, join(folder, file)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function previewOf(spec: string, tarball: string): Promise<Preview> {
  const archive = await readArchive(await readFile(tarball));
  const text = archive === 'too-large' ? undefined : [...archive.files].find(([path]) => /^[^/]+\/package\.json$/.test(path))?.[1];
  const json = text === undefined ? undefined : (parse(text) as Readonly<Record<string, unknown>> | undefined);
  const name = textOf(json?.['name']);
  const version = textOf(json?.['version']);
  if (json === undefined || name === '' || version === '')
    throw skoopError('PLUGIN_NOT_ONE', `${spec} has no package.json with a name and a version`, {
      remedy: 'Name a package of npm, a .tgz, or a folder.',
    });
  if (json['skoop'] === undefined)
    throw skoopError('PLUGIN_NOT_ONE', `${name} ${version} is no plugin of skoop: its package.json has no field "skoop"`, {
      remedy: 'Plugins of others are called skoop-provider-… and skoop-cni-…; docs/plugins.md says what makes a plugin.',
    });
  const checked = checkManifest({ package: name, path: spec, offers: [] }, json['skoop']);
  if (!checked.ok) throw checked.error;
  return {
    name,
    version,
    description: textOf(json['description']),
    license: textOf(json['license']),
    repository: repositoryOf(json['repository']),
    manifest: checked.value,
    tarball,
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Anybody's text, for a terminal. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ').trim() : '';
}

function repositoryOf(value: unknown): string {
  return textOf(typeof value === 'object' && value !== null ? (value as { url?: unknown }).url : value);
}

/** What a person should know before it is installed. */
export function sayPreview({ name, version, description, license, repository, manifest }: Preview, from: string): readonly string[] {
  const offers = manifest.plugins.map(({ kind, name: plugin }) => `${kind} ${plugin}`).join(', ');
  return [
    `${name} ${version}${description === '' ? '' : `: ${description}`}`,
    `  offers      ${offers} (contract ${manifest.contract})`,
    `  from        ${from}`,
    `  source      ${repository === '' ? 'its package names none' : repository}`,
    `  license     ${license === '' ? 'its package names none' : license}`,
    '  It is code that runs with your rights, on this machine and on your cluster.',
  ];
}

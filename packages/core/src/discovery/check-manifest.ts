import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';
import { CONTRACT_VERSION, type Manifest } from '../contracts/manifest.ts';
import { type Result, err, ok } from '../contracts/result.ts';
import type { PluginProblem } from './found.ts';
import { parseManifest } from './manifest-schema.ts';
import { isRecord } from './package-json.ts';
import { pluginProblem } from './problem.ts';

type Subject = Pick<PluginProblem, 'package' | 'path' | 'offers'>;

/** Does the manifest fit these contracts, and is it well made? */
export function checkManifest(subject: Subject, skoop: unknown): Result<Manifest, PluginProblem> {
  const range = isRecord(skoop) ? skoop['contract'] : undefined;
  if (typeof range === 'string') {
    // The range first: what a newer manifest looks like is not ours to judge.
    if (range === '' || validRange(range) === null) return invalid(subject, `skoop.contract: "${range}" is no version range`);
    if (!satisfies(CONTRACT_VERSION, range)) return err(contractMismatch(subject, range));
  }
  const parsed = parseManifest(skoop);
  return parsed.ok ? ok(parsed.value) : invalid(subject, parsed.error);
}

export function fitsContract(range: string): boolean {
  return satisfies(CONTRACT_VERSION, range);
}

export function contractMismatch(subject: Subject, range: string): Error & PluginProblem {
  return pluginProblem('PLUGIN_CONTRACT_MISMATCH', subject, `it is made for contract ${range}, and this skoop has ${CONTRACT_VERSION}`, {
    remedy: `install a version of ${subject.package} that fits contract ${CONTRACT_VERSION}, or another version of skoop`,
  });
}

function invalid(subject: Subject, wrong: string): Result<never, PluginProblem> {
  return err(
    pluginProblem('PLUGIN_MANIFEST_INVALID', subject, `the field "skoop" of its package.json is wrong: ${wrong}`, {
      remedy: `tell the author of ${subject.package}; docs/plugins.md describes the manifest`,
    }),
  );
}

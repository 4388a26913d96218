import type { SkoopError } from '../contracts/error.ts';
import type { Manifest, PluginEntry } from '../contracts/manifest.ts';

/**
 * Where a package was found, nearest first: named by the package.json of the working directory, in skoop's own folder (`plugins install`),
 * beside the CLI, or a dependency of the CLI.
 */
export type Origin = 'project' | 'installed' | 'global' | 'bundled';

/** One copy of a package. */
export interface PackageCopy {
  readonly version: string;
  /** Its folder, links resolved. */
  readonly path: string;
  readonly origin: Origin;
}

/** A package whose manifest is sound and fits; none of its code was imported yet. */
export interface FoundPlugin extends PackageCopy {
  readonly package: string;
  readonly manifest: Manifest;
  /** Further copies of the same package, which the nearer one hides. */
  readonly shadows: readonly PackageCopy[];
}

/** Why a package (or a module of it) can't be used. The others still work. */
export interface PluginProblem extends SkoopError {
  /** '' where it isn't about one package. */
  readonly package: string;
  readonly path: string;
  /** What the package would offer, as far as its manifest tells. */
  readonly offers: readonly Pick<PluginEntry, 'kind' | 'name'>[];
}

/** The outcome of {@link discover}: plain data, made from manifests alone. */
export interface Discovery {
  /** By origin, then by the package's name. */
  readonly plugins: readonly FoundPlugin[];
  readonly problems: readonly PluginProblem[];
}

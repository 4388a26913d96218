/** Discovery and configuration alone: what a command line needs before it knows what it will do, without the rest of core. */
export { checkManifest } from './discovery/check-manifest.ts';
export { binderFaults, cniFaults, providerFaults } from './discovery/shape.ts';
export { readPackage } from './discovery/package-json.ts';
export { flagFaults } from './config/flag-shape.ts';
export { collectFlags, type BoundBinder, type CollectedFlags } from './config/collect-flags.ts';
export { loadConfigFile, type ConfigFile } from './config/config-file.ts';
export { nearest } from './config/did-you-mean.ts';
export { secretsOf } from './config/redact.ts';
export { makeConfigReader, parseAll } from './config/reader.ts';
export { type ResolvedValues, type ValueOrigin, describeOrigin, resolveValues, variableOf } from './config/resolve-values.ts';
export { unknownKeys } from './config/unknown-keys.ts';
export { findCodePage, listCodes } from './discovery/codes.ts';
export { type DetectedCni, type DetectedProvider, detectCni, detectProvider } from './discovery/detect.ts';
export { type DiscoverOptions, discover } from './discovery/discover.ts';
export type { Discovery, FoundPlugin, Origin, PackageCopy, PluginProblem } from './discovery/found.ts';
export { type OwnedBinder, loadCni, loadConfigBinders, loadProvider } from './discovery/load.ts';
export { mergeResources } from './discovery/merge-resources.ts';

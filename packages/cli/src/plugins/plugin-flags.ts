import type { Flag } from '../flags/flag.ts';

export interface PluginFlags {
  readonly flags: readonly Flag[];
  /** What could not be loaded, in a sentence each. */
  readonly problems: readonly string[];
}

/** The flags that the plugins found declare, under their headings. */
export async function pluginFlags(_options: { readonly localPlugins: boolean }): Promise<PluginFlags> {
  await Promise.resolve();
  return { flags: [], problems: [] };
}

import { isSkoopError, skoopError } from '@skoop/core';
import type { LoadedPlugins } from '../plugins/load-plugins.ts';

/** Calls something of a plugin's. */
export type Ask = <T>(what: string, call: () => T | Promise<T>) => Promise<T>;

/** What goes wrong inside of a plugin is said to be the plugin's; errors with a code are meant for the user as they are. */
export function asker({ discovery }: Pick<LoadedPlugins, 'discovery'>, kind: 'provider' | 'cni', name: string): Ask {
  return async (what, call) => {
    try {
      return await call();
    } catch (error) {
      if (isSkoopError(error)) throw error;
      const owner = discovery.plugins.find(({ manifest }) => manifest.plugins.some((entry) => entry.kind === kind && entry.name === name));
      const reason = error instanceof Error ? error.message : String(error);
      throw skoopError('PLUGIN_FAILED', `plugin ${owner?.package ?? name} (${owner?.path ?? ''}): ${name} could not ${what}: ${reason}`, {
        remedy: `update or remove ${owner?.package ?? name}; --${kind === 'cni' ? 'network-plugin' : 'cloud-provider'} names another`,
        cause: error,
      });
    }
  };
}

import PluginsList from './list.ts';

/** `skoop plugins` is `skoop plugins list`. */
export default class Plugins extends PluginsList {
  static override summary = 'List the plugins that were found, from where, and what failed.';
}

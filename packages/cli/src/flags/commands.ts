import { CHECK } from './check.ts';
import { DIAGNOSE } from './diagnose.ts';
import type { Flag } from './flag.ts';
import { EXPLAIN, PLAIN, PLUGINS, PLUGINS_CREATE, PLUGINS_INSTALL, VERSION } from './small.ts';
import { CLEANUP, COLLECT, SNAPSHOT } from './snapshot.ts';
import { TRACE } from './trace.ts';

/** The flags of every command, by its words. */
export const COMMANDS: Readonly<Record<string, readonly Flag[]>> = {
  check: CHECK,
  cleanup: CLEANUP,
  collect: COLLECT,
  completion: PLAIN,
  demo: PLAIN,
  diagnose: DIAGNOSE,
  explain: EXPLAIN,
  plugins: PLUGINS,
  'plugins create': PLUGINS_CREATE,
  'plugins inspect': PLUGINS,
  'plugins install': PLUGINS_INSTALL,
  'plugins link': PLUGINS_INSTALL,
  'plugins list': PLUGINS,
  'plugins uninstall': PLAIN,
  'plugins update': PLUGINS_INSTALL,
  snapshot: SNAPSHOT,
  trace: TRACE,
  version: VERSION,
};

/** Commands that build a network, or record one: their flags are ours and those of the plugins. */
export const WITH_PLUGINS: ReadonlySet<string> = new Set(['check', 'diagnose', 'snapshot']);

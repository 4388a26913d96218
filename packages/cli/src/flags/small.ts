import { COMMON, NO_LOCAL_PLUGINS } from './common.ts';
import type { Flag } from './flag.ts';

const JSON_OR_TEXT: Flag = {
  name: 'format',
  char: 'o',
  type: 'string',
  placeholder: 'text|json|yaml',
  default: 'text',
  description: 'Format of the result.',
};

export const PLUGINS: readonly Flag[] = [JSON_OR_TEXT, NO_LOCAL_PLUGINS, ...COMMON];
/** Installing, linking: what is installed runs with the user's rights, so it is shown first. */
export const PLUGINS_INSTALL: readonly Flag[] = [
  { name: 'yes', char: 'y', type: 'boolean', description: 'Do not ask; what is installed is shown all the same.' },
  ...COMMON,
];
export const PLUGINS_CREATE: readonly Flag[] = [
  {
    name: 'output',
    type: 'string',
    placeholder: 'DIR',
    description: "Folder to make, empty or not there yet. Without it: the package's name.",
  },
  ...COMMON,
];
export const EXPLAIN: readonly Flag[] = [NO_LOCAL_PLUGINS, ...COMMON];
export const VERSION: readonly Flag[] = [JSON_OR_TEXT, ...COMMON];
export const PLAIN: readonly Flag[] = COMMON;

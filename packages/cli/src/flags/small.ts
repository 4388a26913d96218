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
export const EXPLAIN: readonly Flag[] = [NO_LOCAL_PLUGINS, ...COMMON];
export const VERSION: readonly Flag[] = [JSON_OR_TEXT, ...COMMON];
export const PLAIN: readonly Flag[] = COMMON;

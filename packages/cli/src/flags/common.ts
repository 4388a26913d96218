import { type Flag, under } from './flag.ts';

/** What every command takes. */
export const COMMON: readonly Flag[] = under('Common', [
  { name: 'help', char: 'h', type: 'boolean', description: 'Show this help.' },
  { name: 'verbose', char: 'v', type: 'boolean', description: 'Say more on standard error; may be given twice (-v=2 is the same).' },
  { name: 'quiet', char: 'q', type: 'boolean', description: 'Say nothing on standard error but errors.' },
  { name: 'no-color', type: 'boolean', description: 'No colour; so do $NO_COLOR, TERM=dumb and an output that is no terminal.' },
]);

export const OUTPUT: Flag = {
  name: 'output',
  type: 'string',
  placeholder: 'FILE',
  description: 'Write the result to this file instead of standard output.',
};

export const NO_LOCAL_PLUGINS: Flag = {
  name: 'no-local-plugins',
  type: 'boolean',
  description: 'Load no plugin from the project in the working directory.',
};

export const TIMEOUT: Flag = {
  name: 'timeout',
  type: 'string',
  placeholder: 'DURATION',
  default: '60s',
  description: 'For the whole run; what was collected until then is used.',
};

import type { Level } from '@skoop/core';
import { type Flag, under } from './flag.ts';

/** From harmless to bad, as core has them; not imported, so that help needs no more than the flags. */
const LEVELS: readonly Level[] = ['INFO', 'WARNING', 'CRITICAL', 'FATAL'];

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

export const DRY_RUN: Flag = {
  name: 'dry-run',
  type: 'boolean',
  description: 'Say what would be created in the cluster, where and with which rights; create nothing.',
};

export const NODES: Omit<Flag, 'description'> & { readonly type: 'string-list' } = {
  name: 'nodes',
  type: 'string-list',
  placeholder: 'NAME',
};

/** The level from which on a suspicion is a problem. */
export function failOn(standard: Lowercase<Level>): Flag {
  return {
    name: 'fail-on',
    type: 'string',
    options: LEVELS.map((level) => level.toLowerCase()),
    default: standard,
    description: 'Exit with 1 where a suspicion has this level or above.',
  };
}

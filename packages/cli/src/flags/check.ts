import { COLLECTOR } from './collector.ts';
import { COMMON, DRY_RUN, NODES, NO_LOCAL_PLUGINS, OUTPUT, TIMEOUT, failOn } from './common.ts';
import { CONNECTION } from './connection.ts';
import type { Flag } from './flag.ts';
import { NETWORK } from './network.ts';

export const CHECK_FORMATS = ['text', 'wide', 'json', 'yaml'] as const;

export const CHECK: readonly Flag[] = [
  {
    name: 'snapshot',
    type: 'string',
    placeholder: 'FILE|DIR',
    description: 'Check a cluster as recorded by `skoop snapshot`, without a cluster.',
  },
  { ...NODES, description: 'Check these nodes and their pods only; several with commas or by repeating the flag.' },
  TIMEOUT,
  failOn('warning'),
  DRY_RUN,
  {
    name: 'format',
    char: 'o',
    type: 'string',
    placeholder: CHECK_FORMATS.join('|'),
    default: 'text',
    description: 'Format of the result.',
  },
  OUTPUT,
  NO_LOCAL_PLUGINS,
  ...CONNECTION,
  ...NETWORK,
  ...COLLECTOR,
  ...COMMON,
];

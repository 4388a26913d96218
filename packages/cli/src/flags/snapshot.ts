import { COLLECTOR } from './collector.ts';
import { COMMON, DRY_RUN, NODES, NO_LOCAL_PLUGINS, TIMEOUT } from './common.ts';
import { CONNECTION, NAMESPACE } from './connection.ts';
import type { Flag } from './flag.ts';
import { NETWORK } from './network.ts';

export const SNAPSHOT: readonly Flag[] = [
  { name: 'output', type: 'string', placeholder: 'FILE', description: 'File to write (.tar.gz); - for standard output. Required.' },
  { ...NODES, description: 'Collect these nodes only; several with commas or by repeating the flag.' },
  TIMEOUT,
  DRY_RUN,
  NO_LOCAL_PLUGINS,
  NAMESPACE,
  ...CONNECTION,
  ...NETWORK,
  ...COLLECTOR,
  ...COMMON,
];

export const CLEANUP: readonly Flag[] = [
  {
    name: 'collector-namespace',
    type: 'string',
    placeholder: 'NAME',
    default: 'skoop',
    description: "Namespace of the collector's pods; removed as well where skoop made it.",
  },
  { name: 'all', type: 'boolean', description: 'Remove pods of runs that may be going on as well.' },
  { name: 'dry-run', type: 'boolean', description: 'Say what would be removed; remove nothing.' },
  TIMEOUT,
  ...CONNECTION,
  ...COMMON,
];

export const COLLECT: readonly Flag[] = [
  { name: 'output', type: 'string', placeholder: 'FILE', description: 'File to write instead of standard output.' },
  { name: 'node', type: 'string', placeholder: 'NAME', description: "Name of the node in the dump. Without it: the machine's host name." },
  {
    name: 'host-netns',
    type: 'string',
    placeholder: 'PATH',
    description: "Network namespace to take for the machine's own (a laboratory).",
  },
  {
    name: 'pod',
    type: 'string-list',
    placeholder: 'NAMESPACE/NAME=PATH',
    description: 'Network namespace to take for a pod (a laboratory); may be repeated.',
  },
  ...COMMON,
];

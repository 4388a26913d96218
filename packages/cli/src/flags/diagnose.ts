import { COLLECTOR } from './collector.ts';
import { COMMON, DRY_RUN, NO_LOCAL_PLUGINS, OUTPUT, TIMEOUT, failOn } from './common.ts';
import { CONNECTION, NAMESPACE } from './connection.ts';
import type { Flag } from './flag.ts';
import { NETWORK } from './network.ts';

export const FORMATS = ['text', 'wide', 'json', 'yaml', 'kubeskoop'] as const;
/** Known from KubeSkoop or announced, and not there yet. */
export const FORMATS_TO_COME = ['d2', 'svg', 'mermaid', 'dot', 'html'] as const;

export const DIAGNOSE: readonly Flag[] = [
  {
    name: 'src',
    char: 's',
    type: 'string',
    placeholder: 'FROM',
    description: 'Source: an address, pod/NAME, svc/NAME, node/NAME, NAMESPACE/POD, external, … The same as FROM.',
  },
  { name: 'dst', char: 'd', type: 'string', placeholder: 'TO[:PORT]', description: 'Destination, named in the same ways. The same as TO.' },
  { name: 'dport', char: 'p', type: 'string', placeholder: 'PORT', description: "Destination port: a number, or a port's name." },
  {
    name: 'sport',
    type: 'integer',
    placeholder: 'PORT',
    description: 'Source port. Given, connections that were there before count; else it is a new one from port 40000.',
  },
  { name: 'protocol', type: 'string', options: ['tcp', 'udp', 'sctp', 'icmp'], default: 'tcp', description: 'Protocol of the packet.' },
  { name: 'no-reply', type: 'boolean', description: 'Judge the forward direction alone.' },
  { name: 'all', type: 'boolean', description: 'All pods of a workload, each answered on its own; the worst exit status.' },
  { name: 'all-backends', type: 'boolean', description: 'Follow every backend of a Service, not only the first ten.' },
  {
    name: 'snapshot',
    type: 'string',
    placeholder: 'FILE|DIR',
    description: 'Diagnose a cluster as recorded by `skoop snapshot`, without a cluster.',
  },
  TIMEOUT,
  failOn('critical'),
  DRY_RUN,
  { name: 'format', char: 'o', type: 'string', placeholder: FORMATS.join('|'), default: 'text', description: 'Format of the result.' },
  OUTPUT,
  { name: 'http', type: 'boolean', hidden: true, description: 'Show the result on a web page: not there yet.' },
  { name: 'http-address', type: 'string', hidden: true, placeholder: 'ADDRESS', description: 'Address of the web page: not there yet.' },
  NO_LOCAL_PLUGINS,
  NAMESPACE,
  ...CONNECTION,
  ...NETWORK,
  ...COLLECTOR,
  ...COMMON,
];

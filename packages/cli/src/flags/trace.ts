import { COMMON } from './common.ts';
import type { Flag } from './flag.ts';

export const TRACE: readonly Flag[] = [
  { name: 'in', type: 'string', placeholder: '[NODE:]host|[NODE:]NAMESPACE/POD', description: 'Namespace in which the packet begins.' },
  {
    name: 'iif',
    type: 'string',
    placeholder: 'DEVICE',
    description: 'The packet arrives on this device, instead of being sent by a process.',
  },
  {
    name: 'src',
    char: 's',
    type: 'string',
    placeholder: 'IP',
    description: 'Source address. Without it: the one that the kernel would choose.',
  },
  { name: 'dst', char: 'd', type: 'string', placeholder: 'IP', description: 'Destination address.' },
  { name: 'dport', char: 'p', type: 'integer', placeholder: 'PORT', description: 'Destination port.' },
  {
    name: 'sport',
    type: 'integer',
    placeholder: 'PORT',
    description: 'Source port. Given, connections that were there before count; else it is a new one from port 40000.',
  },
  { name: 'protocol', type: 'string', options: ['tcp', 'udp', 'sctp', 'icmp'], default: 'tcp', description: 'Protocol of the packet.' },
  { name: 'mark', type: 'string', placeholder: 'NUMBER', description: "The socket's mark (SO_MARK), decimal or 0x…" },
  { name: 'uid', type: 'integer', placeholder: 'UID', description: 'User id of the sending process.' },
  { name: 'ttl', type: 'integer', placeholder: 'HOPS', description: 'Time to live. Default 64.' },
  { name: 'length', type: 'integer', placeholder: 'BYTES', description: 'Length of the IP packet.' },
  { name: 'df', type: 'boolean', description: "Set the don't-fragment bit." },
  { name: 'icmp-type', type: 'integer', placeholder: 'NUMBER', description: 'ICMP type. Default: echo request.' },
  { name: 'icmp-code', type: 'integer', placeholder: 'NUMBER', description: 'ICMP code. Default 0.' },
  { name: 'no-reply', type: 'boolean', description: 'Judge the forward direction alone.' },
  {
    name: 'batch',
    type: 'boolean',
    description: 'Read requests from standard input, one JSON object a line; write answers in the same order.',
  },
  { name: 'brief', type: 'boolean', description: 'Leave the paths out of the answers.' },
  { name: 'format', char: 'o', type: 'string', placeholder: 'text|json', default: 'text', description: 'Format of the answer.' },
  ...COMMON,
];

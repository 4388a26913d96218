import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './process.mjs';

const KERNEL_TOOLS = [
  'ip',
  'bridge',
  'ss',
  'iptables-nft',
  'iptables-legacy',
  'nft',
  'ipset',
  'conntrack',
  'sysctl',
  'nsenter',
  'python3',
  'busybox',
  'unshare',
  'openssl',
];
const CLUSTER_TOOLS = [...KERNEL_TOOLS, 'containerd', 'runc', 'socat', 'jq', 'debootstrap'];

/** What a suite lacks on this machine and how to get it, as one line; `undefined` where it can run. */
export function missing(suite) {
  switch (suite) {
    case 'kernel':
      return privileges() ?? tools(KERNEL_TOOLS);
    case 'cluster':
      return privileges() ?? tools(CLUSTER_TOOLS) ?? programs();
    default:
      return undefined;
  }
}

function privileges() {
  return process.getuid?.() === 0
    ? undefined
    : 'needs root on Linux (it builds network namespaces): run it with sudo, or in a privileged container';
}

function tools(names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const absent = names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (absent.length === 0) return undefined;
  const packages = readFileSync(join(root, 'lab/cluster/debian-packages'), 'utf8').trim().split(/\s+/);
  return `lacks ${absent.join(', ')}; on Debian: apt-get install -y ${packages.join(' ')}`;
}

/** The cluster's programs are found ready, or built with Go. */
function programs() {
  const packed = process.env.LAB_CLUSTER_PACKED;
  if (packed !== undefined && existsSync(join(packed, 'kube.xz'))) return undefined;
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'skoop-lab');
  if (existsSync(cache) && readdirSync(cache).some((file) => file.startsWith('kube-'))) return undefined;
  return tools(['go']) === undefined
    ? undefined
    : 'needs Go 1.26 to build Kubernetes, or LAB_CLUSTER_PACKED with the programs ready-made (see lab/cluster/README.md)';
}

import { type Flag, under } from './flag.ts';

/** What skoop detects, and what may overrule it. */
export const NETWORK: readonly Flag[] = under('Network', [
  {
    name: 'cloud-provider',
    type: 'string',
    placeholder: 'NAME',
    default: 'auto',
    description: "Provider to use; auto: by the nodes' providerID, else generic.",
  },
  { name: 'network-plugin', type: 'string', placeholder: 'NAME', description: 'CNI to assume instead of the one detected.' },
  {
    name: 'proxy-mode',
    type: 'string',
    options: ['iptables', 'ipvs', 'nftables'],
    description: "kube-proxy's mode to assume instead of the one detected.",
  },
  {
    name: 'cluster-cidr',
    type: 'string',
    placeholder: 'CIDR',
    description: 'Pod network to assume instead of the one detected; several with commas.',
  },
]);

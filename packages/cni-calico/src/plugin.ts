import type { CniPlugin } from '@skoop/core';
import { checkNode } from './checks/node.ts';
import { checkPod } from './checks/pod.ts';
import { detect } from './detect.ts';
import { devices } from './devices.ts';
import { calicoBinder } from './schema.ts';
import { configure } from './settings.ts';

const calico: CniPlugin = {
  name: 'calico',
  contract: '^1.0',
  detect,
  configure: (cluster, config) => configure(cluster, config.config(calicoBinder)),
  checkPod,
  checkNode,
  // By rules of the kernel's own tables, which the model evaluates anyway; in eBPF mode by programs.
  enforces: [
    'NetworkPolicy',
    'AdminNetworkPolicy',
    'BaselineAdminNetworkPolicy',
    'ClusterNetworkPolicy',
    'NetworkPolicy.crd.projectcalico.org',
    'NetworkPolicy.projectcalico.org',
    'GlobalNetworkPolicy',
  ],
  devices,
};

export default calico;

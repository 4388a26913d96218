import type { CniPlugin } from '@skoop/core';
import { checkNode } from './checks/node.ts';
import { checkPod } from './checks/pod.ts';
import { detect } from './detect.ts';
import { devices } from './devices.ts';
import { flannelBinder } from './schema.ts';
import { configure } from './settings.ts';

const flannel: CniPlugin = {
  name: 'flannel',
  contract: '^1.0',
  detect,
  configure: (cluster, config) => configure(cluster, config.config(flannelBinder)),
  checkPod,
  checkNode,
  // flannel has no policy engine.
  enforces: [],
  devices,
};

export default flannel;

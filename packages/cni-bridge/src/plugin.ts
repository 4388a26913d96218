import type { CniPlugin } from '@skoop/core';
import { checkNode } from './checks/node.ts';
import { checkPod } from './checks/pod.ts';
import { detect } from './detect.ts';
import { configure } from './settings.ts';

const bridge: CniPlugin = {
  name: 'bridge',
  contract: '^1.0',
  detect,
  configure,
  checkPod,
  checkNode,
  // The reference plugins enforce none; what another network does is in its configuration.
  enforces: [],
};

export default bridge;

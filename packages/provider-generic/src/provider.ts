import type { Provider } from '@skoop/core';
import { passingInfra } from './infra.ts';

/** For clusters on no cloud, or on one that no installed package knows. */
export const genericProvider: Provider = {
  name: 'generic',
  createNetwork: (ctx) => ctx.compose({ infra: passingInfra(ctx.cluster) }),
};

import type { Provider } from '@skoop/core';
import { config } from './config.js';
import { makeInfra } from './infra.js';

const provider: Provider = {
  name: '__NAME__',
  detect(cluster) {
    const nodes = cluster.nodes.filter(({ spec }) => spec.providerID.startsWith('__NAME__://'));
    return {
      score: nodes.length > 0 ? 90 : 0,
      because: nodes.map(({ metadata, spec }) => `node ${metadata.name}: spec.providerID ${spec.providerID}`),
    };
  },
  // Ask the cloud here for what all questions need; core finds the CNI's plugin and puts both together.
  createNetwork: (ctx) => ctx.compose({ infra: makeInfra(ctx.config(config)), nodeKinds: ['__NAME__-firewall'] }),
};

export default provider;

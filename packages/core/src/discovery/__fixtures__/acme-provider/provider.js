import { acmeConfig } from './config.js';
import { acmeNetwork } from './network.js';

export default {
  name: 'acme',
  detect(cluster) {
    const nodes = cluster.nodes.filter((node) => node.spec.providerID.startsWith('acme://'));
    return {
      score: nodes.length > 0 ? 90 : 0,
      because: nodes.map((node) => `node ${node.metadata.name} has the providerID ${node.spec.providerID}`),
    };
  },
  async createNetwork(ctx) {
    const { region, block } = ctx.config(acmeConfig);
    // A snapshot's wall stands as it was recorded.
    const isClosed = ctx.recorded === undefined ? block : ctx.recorded.wall?.closed === true;
    return acmeNetwork(ctx, { region, isClosed });
  },
  async record(ctx) {
    return { parts: { wall: { closed: ctx.config(acmeConfig).block } }, missing: [] };
  },
};

import { acmeConfig } from './config.js';

const PASS = { outcome: 'pass', suspicions: [] };

function blocked(node, region) {
  return {
    outcome: 'drop',
    hops: [{ type: 'acme-wall', id: region }],
    suspicions: [
      {
        code: 'ACME_BLOCKED',
        level: 'FATAL',
        on: { type: 'acme-wall', id: region },
        message: `The wall of Acme region ${region} drops every packet between two nodes.`,
        evidence: [{ object: { kind: 'Node', name: node.metadata.name }, path: '/spec/providerID', value: node.spec.providerID }],
        remedy: 'acme wall open',
      },
    ],
  };
}

export default {
  name: 'acme',
  detect(cluster) {
    const nodes = cluster.nodes.filter((node) => node.spec.providerID.startsWith('acme://'));
    return {
      score: nodes.length > 0 ? 90 : 0,
      because: nodes.map((node) => `node ${node.metadata.name} has the providerID ${node.spec.providerID}`),
    };
  },
  async record(ctx) {
    return { parts: { wall: { closed: ctx.config(acmeConfig).block } }, missing: [] };
  },
  async createNetwork(ctx) {
    const { region, block: asked } = ctx.config(acmeConfig);
    // A snapshot's wall stands as it was recorded.
    const block = ctx.recorded === undefined ? asked : ctx.recorded.wall?.closed === true;
    return ctx.compose({
      nodeKinds: ['acme-wall'],
      infra: {
        nodeToNode: async (src) => (block ? blocked(src, region) : PASS),
        nodeToExternal: async () => PASS,
        externalToNode: async () => PASS,
        externalToLoadBalancer: async () => PASS,
      },
    });
  },
};

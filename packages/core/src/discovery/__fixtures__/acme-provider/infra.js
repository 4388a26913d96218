const PASS = { outcome: 'pass', hops: [], suspicions: [] };

/** What becomes of a packet between two nodes, in or out of an Acme region. */
export function acmeInfra(region, isClosed) {
  return {
    nodeToNode: async (src) => (isClosed ? blocked(src, region) : PASS),
    nodeToExternal: async () => PASS,
    externalToNode: async () => PASS,
    externalToLoadBalancer: async () => PASS,
  };
}

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

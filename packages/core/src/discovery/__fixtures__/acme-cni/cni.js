/** How Acme's network is set up: what its agent reads as well. */
function settings(cluster) {
  return cluster.configMaps.find(({ metadata }) => metadata.namespace === 'acme-system' && metadata.name === 'acmenet')?.data;
}

/** Of the whole cluster, one an object; `fields` is not checked yet. Without objects: the nodes' own. */
function pods(cluster) {
  const pools = cluster.custom.get('acmepools.acme.example') ?? [];
  const cidrs = pools.map(({ fields }) => fields.spec?.cidr).filter((cidr) => typeof cidr === 'string');
  return cidrs.length > 0 ? cidrs : cluster.nodes.flatMap(({ spec }) => spec.podCIDRs);
}

export default {
  name: 'acmenet',
  contract: '^1.0',
  detect(cluster) {
    return settings(cluster) === undefined ? { score: 0, because: [] } : { score: 80, because: ['ConfigMap acme-system/acmenet'] };
  },
  configure(cluster) {
    const { bridge = 'acme0' } = settings(cluster) ?? {};
    return { podCidrs: pods(cluster), mode: 'bridge', details: { bridge } };
  },
  checkPod: () => [],
  checkNode(cluster, config, node, host) {
    const bridge = host.namespaces.get(host.root)?.links.find(({ name }) => name === config.details.bridge);
    // Not there: perhaps it was not read, perhaps there is no pod yet. What is missing is not taken for broken.
    if (bridge === undefined || bridge.up) return [];
    return [
      {
        code: 'ACMENET_BRIDGE_DOWN',
        level: 'WARNING',
        on: { type: 'node', id: node.metadata.name },
        message: `The bridge ${bridge.name} on ${node.metadata.name} is down: none of its pods can reach anything.`,
        evidence: [bridge.source],
        remedy: `ip link set ${bridge.name} up on ${node.metadata.name}`,
      },
    ];
  },
  enforces: [],
};

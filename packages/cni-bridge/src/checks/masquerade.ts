import type { Cluster, Node, Suspicion } from '@skoop/core';
import { nodeField, rulesOf, seen, suspectNode, tablesOf } from '@skoop/core/cni';
import { type Family, type NetworkNamespace, familyOf, formatPrefix, parsePrefix } from '@skoop/netstack';

const CHAIN = 'KIND-MASQ-AGENT';

/** kindnet hides pods behind the node's address, but for what goes to other pods (`kind-masq-agent`). */
export function checkMasquerade(cluster: Cluster, node: Node, root: NetworkNamespace): readonly Suspicion[] {
  // Its newer releases write nftables' own tables instead.
  if (!seen(root, 'iptables-nft', 'iptables-legacy') || root.netfilter.tables.some(({ name }) => name === 'kindnet-ipmasq')) return [];
  const networks = cluster.nodes.flatMap(({ spec }) => spec.podCIDRs.flatMap((text) => parsePrefix(text) ?? []));
  const families = new Set(node.spec.podCIDRs.flatMap((text) => parsePrefix(text) ?? []).map(({ address }) => familyOf(address)));
  return [...families].flatMap((family) => {
    const inFamily = networks.filter(({ address }) => familyOf(address) === family).map(formatPrefix);
    const lacking = lackingIn(root, family, inFamily);
    if (lacking.length === 0) return [];
    const chain = tablesOf(root, family, 'nat').flatMap((table) => table.chains.get(CHAIN) ?? table.chains.get('POSTROUTING') ?? [])[0];
    return [
      suspectNode(
        node.metadata,
        'BRIDGE_MASQ_INCOMPLETE',
        'WARNING',
        `On ${node.metadata.name} kindnet's rules that hide pods behind the node's address are not complete: ${lacking.join('; ')}.`,
        {
          evidence: [chain?.source ?? nodeField(node, '/spec/podCIDRs', node.spec.podCIDRs)],
          remedy: `restart kindnet's pod on ${node.metadata.name}: kubectl -n kube-system delete pod -l app=kindnet --field-selector spec.nodeName=${node.metadata.name}`,
        },
      ),
    ];
  });
}

function lackingIn(root: NetworkNamespace, family: Family, networks: readonly string[]): readonly string[] {
  const tables = tablesOf(root, family, 'nat');
  const called = tables.flatMap((table) => rulesOf(table, 'POSTROUTING')).some(({ jump }) => jump === CHAIN);
  const rules = tables.flatMap((table) => rulesOf(table, CHAIN));
  const spared = networks.filter((network) => !rules.some(({ jump, destination }) => jump === 'RETURN' && destination === network));
  const wanted: readonly (readonly [there: boolean, what: string])[] = [
    [called, `POSTROUTING does not call ${CHAIN}`],
    [spared.length === 0, `no rule lets packets to pods (-d ${spared.join(', ')}) keep their source`],
    [rules.some(({ jump }) => jump === 'MASQUERADE'), 'no rule masquerades what pods send outside'],
  ];
  return wanted.filter(([there]) => !there).map(([, what]) => what);
}

import type { Suspicion } from '@skoop/core';
import { rulesOf, seen, suspectNode, tablesOf } from '@skoop/core/cni';
import { type Family, familyOf, formatPrefix, parsePrefix } from '@skoop/netstack';
import { endOf } from '../flannel-node.ts';
import { checkMasquerade } from './masquerade.ts';
import type { NodeView } from './view.ts';

/** flanneld's netfilter rules, which it looks after every five seconds: where they lack, it does not run, or somebody fights it. */
export function checkRules(view: NodeView): readonly Suspicion[] {
  const { own, ns, settings } = view;
  if (!own.registered || !seen(ns, 'iptables-nft', 'iptables-legacy', 'nftables')) return [];
  return settings.networks.flatMap((text) => {
    const network = parsePrefix(text);
    if (network === undefined) return [];
    const family = familyOf(network.address);
    if (endOf(own, family) === undefined) return [];
    return [
      ...forward(view, family, formatPrefix(network)),
      ...(settings.masquerades.includes(family) ? checkMasquerade(view, family, network) : []),
    ];
  });
}

/** Where FORWARD's policy is DROP, only flannel's accepts let pods through. An accept in another backend's table, or in nftables', does not help. */
function forward(view: NodeView, family: Family, network: string): readonly Suspicion[] {
  const { own } = view;
  return tablesOf(view.ns, family, 'filter').flatMap((table) => {
    const chain = table.chains.get('FORWARD');
    if (chain?.base?.policy !== 'drop') return [];
    const rules = [...rulesOf(table, 'FORWARD')];
    const reached = rules.some(({ jump }) => jump === 'FLANNEL-FWD') ? [...rules, ...rulesOf(table, 'FLANNEL-FWD')] : rules;
    const accepts = (end: 'source' | 'destination'): boolean => reached.some((rule) => rule.jump === 'ACCEPT' && rule[end] === network);
    if (accepts('source') && accepts('destination')) return [];
    return [
      suspectNode(
        own,
        'FLANNEL_FORWARD_RULES_MISSING',
        'WARNING',
        `On ${own.name} the policy of FORWARD (${table.backend}) is DROP, and flannel's rules that accept ${network} are not there.`,
        {
          evidence: [chain.source],
          remedy: `${view.agent.restart}; flanneld must run with --iptables-forward-rules (its default). Or iptables -P FORWARD ACCEPT on ${own.name}`,
        },
      ),
    ];
  });
}

import type { Suspicion } from '@skoop/core';
import { rulesOf, seen, suspectNode, tablesOf } from '@skoop/core/cni';
import { type Family, familyOf, formatPrefix, parsePrefix } from '@skoop/netstack';
import { endOf, podCidrEvidence } from '../flannel-node.ts';
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
    return [...forward(view, family, formatPrefix(network)), ...(settings.ipMasq ? masquerade(view, family, formatPrefix(network)) : [])];
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

function masquerade(view: NodeView, family: Family, network: string): readonly Suspicion[] {
  const { own, settings, ns } = view;
  const lacking = settings.nftables ? lackingInNftables(view, family) : lackingInIptables(view, family, network);
  if (lacking.length === 0 || masqueradedByOthers(view, family, network)) return [];
  const chain = tablesOf(view.ns, family, 'nat').flatMap(
    (table) => table.chains.get('FLANNEL-POSTRTG') ?? table.chains.get('POSTROUTING') ?? [],
  )[0];
  return [
    suspectNode(
      own,
      'FLANNEL_MASQ_MISSING',
      'WARNING',
      `On ${own.name} flannel's rules that hide pods behind the node's address are not complete: ${lacking.join('; ')}. Pods can't be answered from outside of the cluster, or lose their address inside of it.`,
      {
        evidence: [chain?.source ?? podCidrEvidence(own)],
        remedy: `${view.agent.restart}; flanneld must run with --ip-masq${ns.netfilter.tables.length === 0 ? '' : ' (say --no-flannel-ip-masq if it is not meant to)'}`,
      },
    ),
  ];
}

function lackingInIptables(view: NodeView, family: Family, network: string): readonly string[] {
  const tables = tablesOf(view.ns, family, 'nat');
  const own = endOf(view.own, family);
  const hasChain = tables.some((table) => table.chains.has('FLANNEL-POSTRTG'));
  const called = tables.flatMap((table) => rulesOf(table, 'POSTROUTING'));
  // Before 0.20 the rules stood in POSTROUTING itself.
  const rules = hasChain ? tables.flatMap((table) => rulesOf(table, 'FLANNEL-POSTRTG')) : called;
  const inside = own === undefined ? [network] : [network, formatPrefix(own.podCidr)];
  const wanted: readonly (readonly [there: boolean, what: string])[] = [
    [!hasChain || called.some(({ jump }) => jump === 'FLANNEL-POSTRTG'), 'POSTROUTING does not call FLANNEL-POSTRTG'],
    [
      rules.some((rule) => rule.jump === 'RETURN' && rule.destination === network && inside.includes(rule.source ?? '')),
      `no rule lets packets from pod to pod (-d ${network}) keep their source`,
    ],
    [
      rules.some((rule) => rule.jump === 'MASQUERADE' && rule.source === network),
      `no rule masquerades what pods send outside (-s ${network})`,
    ],
    [
      rules.some((rule) => rule.jump === 'MASQUERADE' && rule.source === `!${network}` && rule.destination === network),
      `no rule masquerades what comes from outside for pods of other nodes (! -s ${network} -d ${network})`,
    ],
  ];
  return wanted.filter(([there]) => !there).map(([, what]) => what);
}

function lackingInNftables({ ns }: NodeView, family: Family): readonly string[] {
  const [tableFamily, name] = family === 4 ? (['ip', 'flannel-ipv4'] as const) : (['ip6', 'flannel-ipv6'] as const);
  const table = ns.netfilter.tables.find((one) => one.family === tableFamily && one.name === name);
  const rules = table?.chains.get('postrtg')?.rules.length ?? 0;
  return rules > 0 ? [] : [`the table ${tableFamily} ${name} has no rules in its chain postrtg`];
}

/** Without a rule of flannel's at all, and another one that does the same (ip-masq-agent, the bridge plugin's ipMasq), nothing is broken. */
function masqueradedByOthers(view: NodeView, family: Family, network: string): boolean {
  const tables = tablesOf(view.ns, family, 'nat');
  if (tables.some((table) => table.chains.has('FLANNEL-POSTRTG'))) return false;
  const all = tables.flatMap((table) => [...table.chains.keys()].flatMap((chain) => rulesOf(table, chain)));
  if (all.some(({ text }) => text.includes('flanneld masq'))) return false;
  return (
    all.some(({ jump, text }) => jump === 'MASQUERADE' && !text.includes('0x4000')) &&
    all.some(({ text }) => text.includes(network) || /CNI-[0-9a-f]{24}|IP-MASQ/.test(text))
  );
}

import type { Suspicion } from '@skoop/core';
import { type RuleText, rulesOf, seen, suspectNode, tablesOf } from '@skoop/core/cni';
import { type Family, type Table, familyOf } from '@skoop/netstack';
import { annotationEvidence } from '../calico-node.ts';
import { specEvidence } from '../objects.ts';
import { type NodeView, isRegistering } from './view.ts';

/** Where the kernel's chains lead into Calico's; Felix puts back what is gone within a minute or two. */
const JUMPS = [
  ['filter', 'FORWARD', 'cali-FORWARD'],
  ['filter', 'INPUT', 'cali-INPUT'],
  ['filter', 'OUTPUT', 'cali-OUTPUT'],
  ['raw', 'PREROUTING', 'cali-PREROUTING'],
  ['mangle', 'PREROUTING', 'cali-PREROUTING'],
  ['nat', 'PREROUTING', 'cali-PREROUTING'],
  ['nat', 'POSTROUTING', 'cali-POSTROUTING'],
] as const;

/** Felix' rules: policies and translation are in them. What they decide is the trace's to find; here: are they whole? */
export function checkRules(view: NodeView): readonly Suspicion[] {
  const { own, ns, dataplane } = view;
  if (dataplane === 'ebpf' || !isRegistering(view) || !seen(ns, 'iptables-nft', 'iptables-legacy', 'nftables')) return [];
  return own.ends.flatMap(({ family }) => {
    const holders = holdersOf(view, family);
    if (holders.length === 0) return [absent(view, family)];
    return [
      ...twice(view, holders),
      ...(dataplane === 'nftables' ? [] : [...uncalled(view, family), ...unaccepted(view, family)]),
      ...natOutgoing(view, family),
    ];
  });
}

/** The tables with Felix' filter chains, of whatever kind. */
function holdersOf({ ns }: NodeView, family: Family): readonly Table[] {
  return [
    ...tablesOf(ns, family, 'filter').filter(({ chains }) => chains.has('cali-FORWARD')),
    ...nativeOf({ ns }, family).filter(({ chains }) => chains.has('filter-FORWARD')),
  ];
}

function nativeOf({ ns }: Pick<NodeView, 'ns'>, family: Family): readonly Table[] {
  const name = family === 4 ? 'ip' : 'ip6';
  return ns.netfilter.tables.filter((table) => table.backend === 'nftables' && table.family === name && table.name === 'calico');
}

function absent({ own, ns, agent }: NodeView, family: Family): Suspicion {
  const forward = tablesOf(ns, family, 'filter').flatMap(({ chains }) => chains.get('FORWARD')?.source ?? [])[0];
  const message = `Node ${own.name} has none of Calico's rules for IPv${String(family)}: no policy is enforced there.`;
  const evidence = [forward ?? annotationEvidence(own, 'address', family)];
  return suspectNode(own, 'CALICO_RULES_MISSING', 'WARNING', message, { evidence, remedy: agent.restart });
}

/** Both sets are evaluated, and Felix looks after one: the other keeps the policies and pods of a former day. */
function twice({ own }: NodeView, holders: readonly Table[]): readonly Suspicion[] {
  if (holders.length < 2) return [];
  const names = holders.map(({ backend }) => (backend === 'nftables' ? 'nftables' : `iptables (${backend.replace('iptables-', '')})`));
  const message = `Node ${own.name} has Calico's rules twice, in ${names.join(' and ')}: Felix looks after one set, and the old one drops what it does not know.`;
  const evidence = holders.flatMap(({ chains }) => (chains.get('cali-FORWARD') ?? chains.get('filter-FORWARD'))?.source ?? []);
  const remedy = `reboot ${own.name}, or remove the set that Felix does not write (iptablesBackend, nftablesMode of FelixConfiguration say which it does)`;
  return [suspectNode(own, 'CALICO_RULES_TWICE', 'WARNING', message, { evidence, remedy })];
}

function uncalled({ own, ns, agent }: NodeView, family: Family): readonly Suspicion[] {
  return JUMPS.flatMap(([name, from, to]) =>
    tablesOf(ns, family, name).flatMap((table) => {
      const chain = table.chains.get(to);
      if (chain === undefined || rulesOf(table, from).some(({ jump }) => jump === to)) return [];
      const message = `On ${own.name} ${from} of table ${name} (${table.backend}) does not call ${to}: Calico's rules there are not evaluated.`;
      return [suspectNode(own, 'CALICO_RULES_NOT_CALLED', 'WARNING', message, { evidence: [chain.source], remedy: agent.restart })];
    }),
  );
}

/** What policies have let through is marked; a rule at the end of FORWARD accepts it. Without it the chain's policy counts. */
function unaccepted({ own, ns, agent }: NodeView, family: Family): readonly Suspicion[] {
  return tablesOf(ns, family, 'filter').flatMap((table) => {
    const chain = table.chains.get('FORWARD');
    if (chain?.base?.policy !== 'drop' || !table.chains.has('cali-FORWARD')) return [];
    if (rulesOf(table, 'FORWARD').some(isAccept)) return [];
    const message = `On ${own.name} the policy of FORWARD (${table.backend}) is DROP, and Calico's rule that accepts what policies have let through is not there.`;
    return [suspectNode(own, 'CALICO_ACCEPT_MISSING', 'WARNING', message, { evidence: [chain.source], remedy: agent.restart })];
  });
}

function isAccept({ jump, text }: RuleText): boolean {
  return jump === 'ACCEPT' && text.includes('cali:') && / --mark 0x/.test(text);
}

function natOutgoing({ own, ns, pools, agent, dataplane }: NodeView, family: Family): readonly Suspicion[] {
  const pool = pools.find(({ cidr, natOutgoing: isOn, disabled }) => isOn && !disabled && familyOf(cidr.address) === family);
  if (pool === undefined) return [];
  const tables = dataplane === 'nftables' ? nativeOf({ ns }, family) : tablesOf(ns, family, 'nat');
  const chain = dataplane === 'nftables' ? 'nat-cali-nat-outgoing' : 'cali-nat-outgoing';
  if (tables.some((table) => (table.chains.get(chain)?.rules.length ?? 0) > 0)) return [];
  const message = `On ${own.name} the rule that hides pods behind the node's address for the outside is not there (${chain}), and pool ${pool.name} wants it (natOutgoing): what they send outside is not answered.`;
  const grounds = tables.flatMap(({ chains }) => (chains.get(chain) ?? chains.get('POSTROUTING'))?.source ?? []).slice(0, 1);
  const evidence = [...grounds, specEvidence(pool.object, 'natOutgoing')];
  return [suspectNode(own, 'CALICO_NAT_OUTGOING_MISSING', 'WARNING', message, { evidence, remedy: agent.restart })];
}

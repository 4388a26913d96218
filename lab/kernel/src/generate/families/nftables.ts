import fc from 'fast-check';
import { routed, routed6 } from '../../topology.ts';
import { ruleset } from '../arbitraries/iptables.ts';
import { nftRuleset } from '../arbitraries/nft.ts';
import { packets } from '../arbitraries/packets.ts';
import { POOL4, POOL6, type Pool } from '../arbitraries/pool.ts';
import { policyRules, routes } from '../arbitraries/routing.ts';
import type { Family } from '../family.ts';

/** A router with tables of native nftables, beside one backend of iptables or both. */
function nftables(name: string, pool: Pool): Family {
  const lab = fc
    .record({
      routes: routes(pool),
      rules: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: policyRules(pool) }),
      nft: nftRuleset(pool),
      rulesets: fc.record({ nft: ruleset(pool), legacy: ruleset(pool) }),
      beside: fc.constantFrom('nothing', 'nothing', 'nothing', 'nft', 'legacy', 'both'),
    })
    .map(({ routes: lines, rules, nft, rulesets, beside }) =>
      (pool.six ? routed6 : routed)({
        r: {
          then: lines,
          rules,
          nft,
          listeners: pool.router.map((address) => `udp ${pool.six ? `[${address}]` : address}:9`),
          ...(beside === 'nft' || beside === 'both' ? { [pool.six ? 'ip6tables' : 'iptables']: rulesets.nft } : {}),
          ...(beside === 'legacy' || beside === 'both' ? { [pool.six ? 'ip6legacy' : 'legacy']: rulesets.legacy } : {}),
        },
        x: pool.x,
        y: pool.y,
      }),
    );
  return { name, lab, probe: packets(pool) };
}

export const nftables4 = nftables('nftables4', POOL4);
export const nftables6 = nftables('nftables6', POOL6);

import fc from 'fast-check';
import { routed, routed6 } from '../../topology.ts';
import { ruleset } from '../arbitraries/iptables.ts';
import { packets } from '../arbitraries/packets.ts';
import { POOL4, POOL6, type Pool } from '../arbitraries/pool.ts';
import { policyRules, routes, sysctls } from '../arbitraries/routing.ts';
import type { Family } from '../family.ts';

/** A router with what a node may have, between two machines that also own what some of its routes lead to. */
function router(name: string, pool: Pool): Family {
  const lab = fc
    .record({
      routes: routes(pool),
      rules: policyRules(pool),
      rulesets: fc.record({ nft: ruleset(pool), legacy: ruleset(pool) }),
      backends: fc.constantFrom('nft', 'nft', 'legacy', 'legacy', 'both'),
      settings: sysctls(pool),
    })
    .map(({ routes: lines, rules, rulesets, backends, settings }) =>
      (pool.six ? routed6 : routed)({
        r: {
          then: lines,
          rules,
          sysctls: settings,
          // A server on a wildcard answers from an address that no dump tells.
          listeners: pool.router.map((address) => `udp ${pool.six ? `[${address}]` : address}:9`),
          ...(backends === 'legacy' ? {} : { [pool.six ? 'ip6tables' : 'iptables']: rulesets.nft }),
          ...(backends === 'nft' ? {} : { [pool.six ? 'ip6legacy' : 'legacy']: rulesets.legacy }),
        },
        x: pool.x,
        y: pool.y,
      }),
    );
  return { name, lab, probe: packets(pool) };
}

export const router4 = router('router4', POOL4);
export const router6 = router('router6', POOL6);

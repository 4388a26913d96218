import type { Link } from '../namespace/link.ts';
import { type Outcome, type Place, type Walk, dropped } from './walk.ts';

/** XDP and tc programs may do anything: both ways are walked. */
export function passesPrograms(walk: Walk, place: Place, link: Link, direction: 'ingress' | 'egress'): Outcome | undefined {
  for (const program of link.programs) {
    if (program.direction !== direction) continue;
    const construct = `${program.kind} program on ${link.name} ${direction}`;
    if (walk.chooser.unknown(construct, [program.source], ['pass', 'drop']) === 'drop')
      return dropped(place, 'MODEL_UNSUPPORTED', [program.source], { construct });
  }
  return undefined;
}

/** nftables chains of family netdev on that device: present, not modelled. */
export function netdevChains(walk: Walk, place: Place, link: Link, hook: 'ingress' | 'egress'): Outcome | undefined {
  return opaqueChains(
    walk,
    place,
    (family, chainHook, devices) => (family === 'netdev' || family === 'inet') && chainHook === hook && devices.includes(link.name),
  );
}

/** nftables chains of family bridge: present, not modelled. */
export function bridgeChains(walk: Walk, place: Place, hooks: readonly string[]): Outcome | undefined {
  return opaqueChains(walk, place, (family, chainHook) => family === 'bridge' && hooks.includes(chainHook));
}

function opaqueChains(
  walk: Walk,
  place: Place,
  concerns: (family: string, hook: string, devices: readonly string[]) => boolean,
): Outcome | undefined {
  for (const table of place.namespace.netfilter.tables)
    for (const chain of table.chains.values()) {
      if (chain.base === undefined || !concerns(table.family, chain.base.hook, chain.base.devices)) continue;
      if (chain.rules.length === 0 && chain.base.policy === 'accept') continue;
      const construct = `nftables chain ${table.family} ${table.name} ${chain.name}`;
      const sources = [chain.source];
      if (walk.chooser.unknown(construct, sources, ['pass', 'drop']) === 'drop')
        return dropped(place, 'MODEL_UNSUPPORTED', sources, { construct });
    }
  return undefined;
}

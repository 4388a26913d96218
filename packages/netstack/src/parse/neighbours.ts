import type { Neighbour } from '../namespace/neighbour.ts';
import type { ArtifactName, NamespaceDump } from './artifact.ts';
import { has, ip, mac, text, texts } from './fields.ts';
import { type Item, readItems, unreadableItem } from './json.ts';
import type { Parsed } from './read.ts';

const STATES: ReadonlySet<string> = new Set<Neighbour['state']>([
  'PERMANENT',
  'NOARP',
  'REACHABLE',
  'STALE',
  'DELAY',
  'PROBE',
  'INCOMPLETE',
  'FAILED',
  'NONE',
]);

/** `ip -j neigh show nud all` and `ip -j neigh show proxy`. */
export function parseNeighbours(dump: NamespaceDump): Parsed<readonly Neighbour[]> {
  const own = parseTable(dump, 'ip-neigh', false);
  const proxies = parseTable(dump, 'ip-neigh-proxy', true);
  return { value: [...own.value, ...proxies.value], gaps: [...own.gaps, ...proxies.gaps] };
}

function parseTable(dump: NamespaceDump, name: ArtifactName, proxies: boolean): Parsed<readonly Neighbour[]> {
  const items = readItems(dump, name, 'neighbours');
  const gaps = [...items.gaps];
  const value: Neighbour[] = [];
  for (const item of items.value) {
    const neighbour = readNeighbour(item, proxies);
    if (neighbour === undefined) gaps.push(unreadableItem('neighbours', item, 'no neighbour entry that can be read'));
    else value.push(neighbour);
  }
  return { value, gaps };
}

function readNeighbour({ fields, source }: Item, proxies: boolean): Neighbour | undefined {
  const address = ip(fields, 'dst');
  const dev = text(fields, 'dev');
  const state = texts(fields, 'state')[0] ?? text(fields, 'state') ?? 'NONE';
  if (address === undefined || dev === undefined || !isState(state)) return undefined;
  return { ip: address, dev, mac: mac(fields, 'lladdr'), state, proxy: proxies || has(fields, 'proxy'), source };
}

function isState(state: string): state is Neighbour['state'] {
  return STATES.has(state);
}

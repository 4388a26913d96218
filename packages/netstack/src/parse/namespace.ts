import type { Link } from '../namespace/link.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import { parseIpsets } from '../ipset/parse.ts';
import { parseNetfilter } from '../netfilter/parse/netfilter.ts';
import type { Gap } from '../source.ts';
import type { NamespaceDump } from './artifact.ts';
import { parseConntrack } from './conntrack.ts';
import { parseFdb } from './fdb.ts';
import { object, text } from './fields.ts';
import { readItems } from './json.ts';
import { parseIpvs } from './ipvs.ts';
import { parseLinks } from './links.ts';
import { parseNeighbours } from './neighbours.ts';
import { parseNexthops } from './nexthops.ts';
import type { Parsed } from './read.ts';
import { parseRoutes } from './routes.ts';
import { parseRules } from './rules.ts';
import { parseSockets } from './sockets.ts';
import { parseSysctls } from './sysctls.ts';
import { withPeers } from './wireguard.ts';
import { parseXfrm } from './xfrm.ts';

/**
 * Reads the dump of one namespace. Never throws: what is missing, broken or not understood stands in `gaps`, and the rest is used.
 */
export function parseNamespace(dump: NamespaceDump): NetworkNamespace {
  const gaps: Gap[] = [];
  const take = <T>(parsed: Parsed<T>): T => {
    // One at a time: a broken artifact may have more gaps than a call takes arguments.
    for (const gap of parsed.gaps) gaps.push(gap);
    return parsed.value;
  };
  const links = take(withPeers(take(parseLinks(dump)), dump));
  const nexthops = take(parseNexthops(dump));
  const vrf = vrfTable(dump);
  const rules = [...take(parseRules(dump, 4, vrf)), ...take(parseRules(dump, 6, vrf))];
  const fdb = parseFdb(dump);
  if (needsFdb(links, gaps)) take(fdb);
  const netfilter = parseNetfilter(dump);
  const ipsets = parseIpsets(dump);
  if (netfilter.netfilter.tables.length > 0) take(ipsets);
  const ipvs = parseIpvs(dump);
  const sysctls = take(parseSysctls(dump));
  if (dump.artifacts.has('ip-vs') || mayBalance(links, sysctls)) take(ipvs);
  const namespace = {
    id: dump.id,
    links,
    routes: [...take(parseRoutes(dump, 4, nexthops)), ...take(parseRoutes(dump, 6, nexthops))],
    rules: rules.sort((a, b) => a.priority - b.priority),
    neighbours: take(parseNeighbours(dump)),
    fdb: fdb.value,
    sysctls,
    sockets: take(parseSockets(dump)),
    netfilter: netfilter.netfilter,
    ipsets: ipsets.value,
    ipvs: ipvs.value,
    conntrack: take(parseConntrack(dump)),
  };
  return { ...namespace, gaps: distinct([...gaps, ...netfilter.gaps, ...parseXfrm(dump)]) };
}

/** Two artifacts of one topic may lack for the same reason. */
function distinct(gaps: readonly Gap[]): readonly Gap[] {
  return [...new Map(gaps.map((gap) => [`${gap.topic} ${gap.kind} ${gap.why}`, gap])).values()];
}

/** A namespace without a bridge or a VXLAN device has no forwarding database, and its collector may have no `bridge` tool. */
function needsFdb(links: readonly Link[], gaps: readonly Gap[]): boolean {
  return (
    gaps.some((gap) => gap.topic === 'links') ||
    links.some(({ device }) => device.kind === 'bridge' || device.kind === 'vxlan' || isOpaqueSwitch(device))
  );
}

function isOpaqueSwitch(device: Link['device']): boolean {
  return device.kind === 'opaque' && /^(?:bridge|vxlan)/.test(device.type);
}

/** Its own sysctls are there once the module is; kube-proxy's device of virtual addresses outlives it. */
function mayBalance(links: readonly Link[], sysctls: ReadonlyMap<string, string>): boolean {
  return links.some((link) => link.name === 'kube-ipvs0') || [...sysctls.keys()].some((path) => path.startsWith('net/ipv4/vs/'));
}

/** The routing table of the first VRF device. */
function vrfTable(dump: NamespaceDump): string | undefined {
  for (const { fields } of readItems(dump, 'ip-link', 'links').value) {
    const info = object(fields, 'linkinfo');
    if (info === undefined || text(info, 'info_kind') !== 'vrf') continue;
    const data = object(info, 'info_data');
    return (data && text(data, 'table')) ?? 'main';
  }
  return undefined;
}

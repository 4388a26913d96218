import { type Ip, familyOf, parseIp } from '../address/ip.ts';
import { type Prefix, anyPrefix, parsePrefix } from '../address/prefix.ts';
import { parseIpsets } from '../ipset/parse.ts';
import type { Device, Link } from '../namespace/link.ts';
import { makeHost } from '../namespace/host.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import type { Neighbour } from '../namespace/neighbour.ts';
import type { PolicyRule, Route } from '../namespace/route.ts';
import type { Socket } from '../namespace/socket.ts';
import { parseNetfilter } from '../netfilter/parse/netfilter.ts';
import { parseIpvs } from '../parse/ipvs.ts';
import type { Artifact } from '../parse/artifact.ts';
import type { FabricAnswer } from '../trace/fabric.ts';
import type { World } from '../trace/trace.types.ts';
import type { Source } from '../source.ts';

/** Builders of small worlds for tests: a namespace in a few words, with the connected and local routes that the kernel would add. */

export function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`no address: ${text}`);
  return parsed;
}

export function net(text: string): Prefix {
  const parsed = text === 'default' ? anyPrefix(4) : parsePrefix(text);
  if (parsed === undefined) throw new Error(`no prefix: ${text}`);
  return parsed;
}

export interface LinkSpec {
  readonly name: string;
  /** `10.0.0.1/24`. */
  readonly addresses?: readonly string[];
  /** `POD:DEVICE` of the veth's other end; without it the other end is in no dump. */
  readonly peer?: string;
  readonly master?: string;
  readonly up?: boolean;
  readonly carrier?: boolean;
  readonly mtu?: number;
  readonly noarp?: boolean;
  readonly mac?: string;
  readonly device?: Device;
  readonly vlans?: Link['vlans'];
  readonly port?: Partial<NonNullable<Link['port']>>;
}

export interface NamespaceSpec {
  readonly links: readonly LinkSpec[];
  /** `default via 10.0.0.1 dev eth0`, `blackhole 10.9.0.0/16`, `10.1.0.0/16 dev eth0 table 100`. */
  readonly routes?: readonly string[];
  readonly rules?: readonly Partial<PolicyRule>[];
  readonly neighbours?: readonly { readonly ip: string; readonly dev: string; readonly mac: string }[];
  readonly fdb?: readonly { readonly mac: string; readonly dev: string; readonly dst: string }[];
  readonly sysctls?: Readonly<Record<string, string>>;
  /** `tcp 0.0.0.0:80`, `udp *:53`. */
  readonly sockets?: readonly string[];
  /** An iptables-save without its frame: `*filter`, rules, one a line. */
  readonly iptables?: string;
  readonly legacy?: string;
  readonly nft?: string;
  /** Lines of /proc/net/ip_vs. */
  readonly ipvs?: string;
  /** Lines of an ipset save. */
  readonly ipset?: string;
}

const source = (artifact: string, text: string): Source => ({ artifact, line: 1, text });

export function host(id: string, namespaces: Readonly<Record<string, NamespaceSpec>>): ReturnType<typeof makeHost> {
  const names = Object.keys(namespaces);
  const indexOf = (key: string): number | undefined => {
    const [pod = '', device] = key.split(':');
    const at = namespaces[pod]?.links.findIndex((link) => link.name === device) ?? -1;
    return at < 0 ? undefined : 100 * (names.indexOf(pod) + 1) + at;
  };
  const built = names.map((name) =>
    namespace(`nodes/${id}/${name}`, namespaces[name] as NamespaceSpec, (device) => indexOf(`${name}:${device}`) ?? 0, indexOf),
  );
  return makeHost(id, built, `nodes/${id}/${names[0] ?? ''}`);
}

function namespace(
  id: string,
  spec: NamespaceSpec,
  own: (device: string) => number,
  indexOf: (key: string) => number | undefined,
): NetworkNamespace {
  const links = [{ name: 'lo', device: { kind: 'loopback' }, addresses: ['127.0.0.1/8'] } satisfies LinkSpec, ...spec.links].map(
    (link): Link => {
      const described: LinkSpec = link;
      const text = `${described.name} of ${id}`;
      return {
        index: described.name === 'lo' ? 1 : own(described.name),
        name: described.name,
        up: described.up ?? true,
        carrier: described.carrier ?? described.up ?? true,
        noarp: described.noarp ?? false,
        promiscuous: false,
        mtu: described.mtu ?? 1500,
        mac: described.mac ?? macOf(id, described.name),
        addresses: (described.addresses ?? []).map((address) => ({
          ip: ip(address.split('/')[0] ?? ''),
          length: Number(address.split('/')[1]),
          peer: undefined,
          scope: described.name === 'lo' ? 'host' : 'global',
          secondary: false,
          tentative: false,
          deprecated: false,
          source: source(`${id}/ip-addr`, address),
        })),
        master: described.master,
        port:
          described.master === undefined
            ? undefined
            : {
                state: 'forwarding',
                hairpin: false,
                isolated: false,
                flood: true,
                learning: true,
                source: source(`${id}/bridge-link`, text),
                ...described.port,
              },
        vlans: described.vlans,
        device: described.device ?? {
          kind: 'veth',
          peerIndex: described.peer === undefined ? 9999 : indexOf(described.peer),
          peerNetnsid: described.peer === undefined ? 99 : Math.floor((indexOf(described.peer) ?? 0) / 100),
        },
        programs: [],
        source: source(`${id}/ip-link`, text),
      };
    },
  );
  const raw = (text: string): Artifact => ({ text, status: 0, error: '', truncated: false });
  const artifact = (text: string | undefined): Artifact => raw(text === undefined ? '' : `${text.trim()}\nCOMMIT\n`);
  const { netfilter } = parseNetfilter({
    id,
    artifacts: new Map([
      ['iptables-nft-save', artifact(spec.iptables)],
      ['ip6tables-nft-save', artifact(undefined)],
      ['iptables-legacy-save', artifact(spec.legacy)],
      ['ip6tables-legacy-save', artifact(undefined)],
      ['nft', raw(spec.nft ?? '{"nftables":[]}')],
    ]),
  });
  const routes = [...(spec.routes ?? []).map((text) => route(id, text)), ...links.flatMap((link) => kernelRoutes(id, link))];
  return {
    id,
    links,
    routes,
    rules: [
      rule(id, 0, 'local'),
      ...(spec.rules ?? []).map((partial) => ({ ...rule(id, 100, 'main'), ...partial })),
      rule(id, 32766, 'main'),
      rule(id, 32767, 'default'),
    ].sort((a, b) => a.priority - b.priority),
    neighbours: (spec.neighbours ?? []).map((n): Neighbour => ({
      ip: ip(n.ip),
      dev: n.dev,
      mac: n.mac,
      state: 'PERMANENT',
      proxy: false,
      source: source(`${id}/ip-neigh`, `${n.ip} lladdr ${n.mac}`),
    })),
    fdb: (spec.fdb ?? []).map((e) => ({
      mac: e.mac,
      dev: e.dev,
      master: undefined,
      state: 'permanent' as const,
      vlan: undefined,
      dst: ip(e.dst),
      port: undefined,
      vni: undefined,
      via: undefined,
      source: source(`${id}/bridge-fdb`, `${e.mac} dst ${e.dst}`),
    })),
    sysctls: new Map(
      Object.entries({
        'net/ipv4/ip_forward': '1',
        ...Object.fromEntries(links.map((link) => [`net/ipv4/conf/${link.name}/forwarding`, '1'])),
        ...spec.sysctls,
      }),
    ),
    sockets: (spec.sockets ?? []).map((text) => socket(id, text)),
    netfilter,
    ipsets: parseIpsets({ id, artifacts: new Map([['ipset-save', raw(spec.ipset ?? '')]]) }).value,
    ipvs: parseIpvs({ id, artifacts: new Map([['ip-vs', raw(spec.ipvs ?? '')]]) }).value,
    conntrack: [],
    gaps: [],
  };
}

/** The same name and place give the same address. */
export function macOf(id: string, device: string): string {
  let hash = 0;
  for (const c of `${id} ${device}`) hash = (hash * 31 + (c.codePointAt(0) ?? 0)) >>> 0;
  const hex = hash.toString(16).padStart(8, '0');
  return `02:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}:${hex.slice(6)}`;
}

function baseRoute(id: string, text: string): Omit<Route, 'destination' | 'type'> {
  return {
    family: 4,
    table: 'main',
    nexthops: [],
    metric: 0,
    tos: 0,
    prefsrc: undefined,
    scope: 0,
    mtu: undefined,
    protocol: 'boot',
    unsupported: undefined,
    source: source(`${id}/ip-route-4`, text),
  };
}

function route(id: string, text: string): Route {
  const words = text.split(' ');
  const value = (key: string): string | undefined => (words.includes(key) ? words[words.indexOf(key) + 1] : undefined);
  const types = ['blackhole', 'unreachable', 'prohibit', 'throw', 'local', 'broadcast'] as const;
  const type = types.find((candidate) => candidate === words[0]);
  const via = value('via');
  const dev = value('dev');
  const hop =
    dev === undefined
      ? []
      : [{ via: via === undefined ? undefined : ip(via), dev, weight: 1, onlink: words.includes('onlink'), dead: false, linkdown: false }];
  return {
    ...baseRoute(id, text),
    type: type ?? 'unicast',
    destination: net(words[type === undefined ? 0 : 1] ?? ''),
    nexthops: hop,
    table: value('table') ?? 'main',
    metric: Number(value('metric') ?? 0),
  };
}

function kernelRoutes(id: string, link: Link): Route[] {
  const hop = [{ via: undefined, dev: link.name, weight: 1, onlink: false, dead: false, linkdown: false }];
  return link.addresses.flatMap((address): Route[] => {
    const text = `${link.name} ${String(address.length)}`;
    const shared = { ...baseRoute(id, text), family: familyOf(address.ip), nexthops: hop, prefsrc: address.ip, protocol: 'kernel' };
    const local: Route = {
      ...shared,
      table: 'local',
      type: 'local',
      scope: 254,
      destination: link.name === 'lo' ? net('127.0.0.0/8') : { address: address.ip, mask: 0xffffffff, length: 32 },
    };
    const prefix = parsePrefix(`${link.addresses.length > 0 ? formatted(address.ip) : ''}/${String(address.length)}`);
    return link.up && link.name !== 'lo' && prefix !== undefined && address.length < 32
      ? [local, { ...shared, table: 'main', type: 'unicast', scope: 253, destination: prefix }]
      : [local];
  });
}

function formatted(value: Ip): string {
  return typeof value === 'number' ? [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.') : '';
}

function rule(id: string, priority: number, table: string): PolicyRule {
  return {
    family: 4,
    priority,
    not: false,
    from: undefined,
    to: undefined,
    iif: undefined,
    oif: undefined,
    fwmark: undefined,
    tos: undefined,
    protocol: undefined,
    sport: undefined,
    dport: undefined,
    uid: undefined,
    detached: false,
    unsupported: undefined,
    action: { kind: 'lookup', table, suppressPrefixLength: undefined },
    source: source(`${id}/ip-rule-4`, `${String(priority)}: from all lookup ${table}`),
  };
}

function socket(id: string, text: string): Socket {
  const [protocol, end = ''] = text.split(' ');
  const colon = end.lastIndexOf(':');
  const address = end.slice(0, colon);
  const isAny = address === '*' || address === '0.0.0.0';
  return {
    protocol: protocol === 'tcp' ? 6 : 17,
    state: protocol === 'tcp' ? 'listen' : 'unconnected',
    local: isAny ? 'any' : ip(address),
    localPort: Number(end.slice(colon + 1)),
    peer: 'any',
    peerPort: 0,
    family: address === '*' ? 6 : 4,
    v6only: false,
    device: undefined,
    uid: 0,
    source: source(`${id}/ss`, text),
  };
}

/** Hosts on one wire: who has the next hop as an address of `eth0` gets the frame; `gateway` is somebody outside. */
export function world(hosts: readonly ReturnType<typeof makeHost>[], gateway = '172.30.0.1'): World {
  const carry = (nextHop: Ip): FabricAnswer => {
    for (const candidate of hosts)
      for (const ns of candidate.namespaces.values())
        for (const link of ns.links)
          if (link.name === 'eth0' && link.addresses.some((address) => address.ip === nextHop))
            return { kind: 'host', host: candidate.id, namespace: ns.id, device: link.name };
    return nextHop === ip(gateway) ? { kind: 'external', reason: 'the gateway' } : { kind: 'nobody', reason: 'no host has it' };
  };
  return { hosts: new Map(hosts.map((candidate) => [candidate.id, candidate])), fabric: { carry: (edge) => carry(edge.nextHop) } };
}

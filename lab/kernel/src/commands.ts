import type { LabDescription, LinkDescription, NamespaceDescription } from './description.ts';

/** What every namespace starts from, so that a laboratory does not depend on the machine that it is on. */
const BASE: Readonly<Record<string, string | number>> = {
  'ipv4.ip_forward': 0,
  'ipv4.conf.all.rp_filter': 0,
  'ipv4.conf.default.rp_filter': 0,
  // No kind of error is limited. A ratelimit of 0 would not do: it uses up what errors of routing are limited by.
  'ipv4.icmp_ratemask': 0,
  'ipv4.ping_group_range': '0 2147483647',
  'ipv4.conf.all.accept_redirects': 0,
  'ipv4.conf.default.accept_redirects': 0,
  // Nobody is told twice: what an earlier packet began must not stand in a later one's way.
  'ipv4.tcp_synack_retries': 0,
  'ipv6.icmp.ratelimit': 0,
  'ipv6.conf.all.accept_ra': 0,
  'ipv6.conf.default.accept_ra': 0,
  'ipv6.conf.default.accept_dad': 0,
  'ipv6.conf.all.accept_dad': 0,
};

/**
 * The shell script that builds a laboratory. `named` gives a namespace its name on this machine.
 *
 * It stops at the first command that fails.
 */
export function buildScript(lab: LabDescription, named: (namespace: string) => string): string {
  const wires = wiresOf(lab);
  const lines = ['set -e'];
  for (const [name, namespace] of Object.entries(lab.namespaces)) {
    lines.push(...begin(named(name), sysctlsOf(lab, namespace)));
    if (!asksForBridgeFilter(namespace)) lines.push(here(named(name), [BRIDGE_FILTER_OFF]));
  }
  for (const wire of wires) {
    lines.push(...begin(named(wire), { ...BASE, 'ipv6.conf.all.disable_ipv6': 1, 'ipv6.conf.default.disable_ipv6': 1 }));
    lines.push(
      `ip -n ${named(wire)} link add sw type bridge`,
      `ip -n ${named(wire)} link set sw up`,
      here(named(wire), [BRIDGE_FILTER_OFF]),
    );
  }
  lines.push(batch('ip -batch -', veths(lab, named)));
  for (const wire of wires) lines.push(batch(`ip -n ${named(wire)} -batch -`, ports(lab, wire)));
  // First every link, so that all have their carrier when something is to go by them.
  for (const [name, namespace] of Object.entries(lab.namespaces)) lines.push(...raise(named(name), namespace));
  for (const [name, namespace] of Object.entries(lab.namespaces)) lines.push(...furnish(named(name), namespace));
  if (usesIpv6(lab)) for (const [name, namespace] of Object.entries(lab.namespaces)) lines.push(linkLocal(named(name), namespace));
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

/** Where the module is not loaded there is nothing to turn off. */
const BRIDGE_FILTER_OFF =
  '[ ! -d /proc/sys/net/bridge ] || sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0';

function asksForBridgeFilter(namespace: NamespaceDescription): boolean {
  return Object.keys(namespace.sysctls ?? {}).some((key) => key.startsWith('bridge.'));
}

/** The switches that wires lead to. */
export function wiresOf(lab: LabDescription): readonly string[] {
  const links = Object.values(lab.namespaces).flatMap((namespace) => namespace.links ?? []);
  return [...new Set(links.flatMap((link) => (link.kind === 'wire' ? [link.wire] : [])))];
}

function usesIpv6(lab: LabDescription): boolean {
  return Object.values(lab.namespaces).some((namespace) =>
    (namespace.links ?? []).some((link) => (link.addresses ?? []).some((address) => address.includes(':'))),
  );
}

/** A device gets its link-local address some time after its carrier; without one it asks nobody for a neighbour. */
function linkLocal(name: string, { links = [] }: NamespaceDescription): string {
  const devices = links.filter(({ kind, up, master }) => (kind === 'veth' || kind === 'wire') && up !== false && master === undefined);
  return here(
    name,
    devices.map(
      (device) =>
        `for i in 1 2 3 4 5 6 7 8 9 10; do ip -6 addr show dev ${device.name} scope link | grep -q inet6 && break; sleep .1; done`,
    ),
  );
}

function sysctlsOf(lab: LabDescription, namespace: NamespaceDescription): Readonly<Record<string, string | number>> {
  const off = usesIpv6(lab) ? 0 : 1;
  return { ...BASE, 'ipv6.conf.all.disable_ipv6': off, 'ipv6.conf.default.disable_ipv6': off, ...withoutLinks(namespace) };
}

/** Settings of a link that does not exist yet come after it. */
function ofLink(namespace: NamespaceDescription, key: string): boolean {
  const device = /^ipv[46]\.(?:conf|neigh)\.([^.]+)\./.exec(key)?.[1];
  return device !== undefined && (namespace.links ?? []).some((link) => link.name === device && link.kind !== 'loopback');
}

function withoutLinks(namespace: NamespaceDescription): Record<string, string | number> {
  return Object.fromEntries(Object.entries(namespace.sysctls ?? {}).filter(([key]) => !ofLink(namespace, key)));
}

function begin(name: string, sysctls: Readonly<Record<string, string | number>>): readonly string[] {
  return [`ip netns add ${name}`, `ip -n ${name} link set lo up`, here(name, [sysctlLine(sysctls)])];
}

function sysctlLine(sysctls: Readonly<Record<string, string | number>>): string {
  const settings = Object.entries(sysctls).map(([key, value]) => `'net.${key}=${String(value)}'`);
  return settings.length === 0 ? '' : `sysctl -qw ${settings.join(' ')}`;
}

/** Lines of shell that run in a namespace, entered once. */
function here(name: string, lines: readonly string[]): string {
  const wanted = lines.filter((line) => line !== '');
  return wanted.length === 0 ? '' : `ip netns exec ${name} sh -e <<'HERE'\n${wanted.join('\n')}\nHERE`;
}

function batch(command: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${command} <<'BATCH'\n${lines.join('\n')}\nBATCH`;
}

function veths(lab: LabDescription, named: (namespace: string) => string): readonly string[] {
  const made = new Set<string>();
  const lines: string[] = [];
  for (const [name, namespace] of Object.entries(lab.namespaces)) {
    for (const [index, link] of (namespace.links ?? []).entries()) {
      const end = `${name}:${link.name}`;
      if (link.kind === 'wire') {
        lines.push(`link add ${link.name} netns ${named(name)} type veth peer name ${portName(name, index)} netns ${named(link.wire)}`);
      }
      if (link.kind !== 'veth' || made.has(end)) continue;
      made.add(end).add(link.peer);
      const [peerNamespace = '', peerName = ''] = link.peer.split(':');
      if (lab.namespaces[peerNamespace] === undefined)
        throw new RangeError(`${end}: its peer ${link.peer} is in no namespace of the laboratory`);
      lines.push(`link add ${link.name} netns ${named(name)} type veth peer name ${peerName} netns ${named(peerNamespace)}`);
    }
  }
  return lines;
}

function portName(namespace: string, index: number): string {
  return `${namespace}${String(index)}`.slice(-15);
}

/** The switch's side of the wires. */
function ports(lab: LabDescription, wire: string): readonly string[] {
  return Object.entries(lab.namespaces).flatMap(([name, namespace]) =>
    (namespace.links ?? []).flatMap((link, index) =>
      link.kind === 'wire' && link.wire === wire ? [`link set ${portName(name, index)} master sw up`] : [],
    ),
  );
}

function raise(name: string, { links = [] }: NamespaceDescription): readonly string[] {
  return [batch(`ip -n ${name} -batch -`, [...links.flatMap(linkLines), ...links.flatMap(upLine), ...links.flatMap(portLine)])];
}

function furnish(name: string, namespace: NamespaceDescription): readonly string[] {
  const { links = [], rules = [] } = namespace;
  const late = Object.fromEntries(Object.entries(namespace.sysctls ?? {}).filter(([key]) => ofLink(namespace, key)));
  return [
    here(name, [...links.map((link) => sysctlLine(impatience(link))), sysctlLine(late)]),
    batch(`ip -n ${name} -batch -`, [
      ...(namespace.neighbours ?? []).map((line) => `neigh replace ${line}`),
      ...(namespace.routes ?? []).map((line) => `route add ${line}`),
      ...rules.flatMap((line) => (line.startsWith('-6 ') ? [] : [`rule add ${line}`])),
    ]),
    batch(
      `ip -6 -n ${name} -batch -`,
      rules.flatMap((line) => (line.startsWith('-6 ') ? [`rule add ${line.slice(3)}`] : [])),
    ),
    here(
      name,
      (namespace.fdb ?? []).map((line) => `bridge fdb append ${line}`),
    ),
    restore(name, 'ipset restore', namespace.ipset),
    restore(name, 'iptables-nft-restore', namespace.iptables),
    restore(name, 'ip6tables-nft-restore', namespace.ip6tables),
    restore(name, 'iptables-legacy-restore -w 10', namespace.legacy),
    restore(name, 'ip6tables-legacy-restore -w 10', namespace.ip6legacy),
    restore(name, 'nft -f -', namespace.nft),
    here(name, namespace.then ?? []),
  ];
}

/** A question that nobody answers is given up after a third of a second; proxies answer at once. In a sysctl's name a dot of a device is a slash. */
function impatience({ kind, name }: LinkDescription): Record<string, number> {
  const device = name.replaceAll('.', '/');
  return kind === 'loopback'
    ? {}
    : {
        [`ipv4.neigh.${device}.retrans_time_ms`]: 100,
        [`ipv4.neigh.${device}.proxy_delay`]: 0,
        [`ipv6.neigh.${device}.retrans_time_ms`]: 100,
      };
}

function restore(name: string, command: string, text: string | undefined): string {
  return text === undefined ? '' : `ip netns exec ${name} ${command} <<'RULES'\n${text.trim()}\nRULES`;
}

function linkLines(link: LinkDescription): readonly string[] {
  const { name, addresses = [], mac, mtu } = link;
  const lines: string[] = [];
  if (link.kind === 'bridge' || link.kind === 'vxlan')
    lines.push(`link add ${name}${mac === undefined ? '' : ` address ${mac}`} type ${link.kind} ${link.options ?? ''}`);
  else if (link.kind === 'macvlan') lines.push(`link add ${name} ${link.options ?? ''}`);
  else if (mac !== undefined) lines.push(`link set ${name} address ${mac}`);
  if (mtu !== undefined) lines.push(`link set ${name} mtu ${mtu}`);
  for (const address of addresses) lines.push(`addr add ${address}${address.includes(':') ? ' nodad' : ''} dev ${name}`);
  return lines;
}

function upLine(link: LinkDescription): readonly string[] {
  return link.up === false ? [] : [`link set ${link.name} up`];
}

function portLine(link: LinkDescription): readonly string[] {
  const lines = link.master === undefined ? [] : [`link set ${link.name} master ${link.master}`];
  return link.port === undefined ? lines : [...lines, `link set ${link.name} type bridge_slave ${link.port}`];
}

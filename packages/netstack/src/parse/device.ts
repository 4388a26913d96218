import type { Device, LowerDevice, TunnelDevice, VxlanDevice } from '../namespace/link.ts';
import { type Fields, flag, has, integer, ip, object, text, texts } from './fields.ts';

/** What a link is, of its object in `ip -j -d link`. */
export function readDevice(fields: Fields, indexOf: ReadonlyMap<string, number>): Device {
  const type = text(fields, 'link_type');
  if (type === 'loopback' || texts(fields, 'flags').includes('LOOPBACK')) return { kind: 'loopback' };
  const info = object(fields, 'linkinfo');
  const kind = info === undefined ? undefined : text(info, 'info_kind');
  const data = info === undefined ? undefined : object(info, 'info_data');
  // A physical device has no kind; tunnels of the kernel's own (sit0, tunl0) and tun have one.
  if (kind === undefined) return type === 'ether' ? { kind: 'physical' } : { kind: 'opaque', type: type ?? 'unknown' };
  const read = READERS.get(kind);
  if (read === undefined) return { kind: 'opaque', type: kind };
  return data === undefined && !WITHOUT_DETAILS.has(kind)
    ? { kind: 'opaque', type: `${kind} without details` }
    : read(fields, data ?? {}, indexOf);
}

type Reader = (fields: Fields, data: Fields, indexOf: ReadonlyMap<string, number>) => Device;

const WITHOUT_DETAILS: ReadonlySet<string> = new Set(['dummy', 'veth', 'wireguard']);

/** By `info_kind`. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['dummy', () => ({ kind: 'dummy' })],
  ['veth', (fields, _data, indexOf) => readVeth(fields, indexOf)],
  ['bridge', (_fields, data) => readBridge(data)],
  ['vxlan', readVxlan],
  ['bond', (_fields, data) => ({ kind: 'bond', mode: text(data, 'mode') ?? '', active: text(data, 'active_slave') })],
  ['vlan', readVlan],
  ['macvlan', (fields, data) => ({ kind: 'macvlan', lower: lowerOf(fields), mode: text(data, 'mode') ?? '' })],
  ['ipvlan', readIpvlan],
  ['ipip', (fields, data) => readTunnel('ipip', fields, data)],
  ['gre', (fields, data) => readTunnel('gre', fields, data)],
  ['wireguard', readWireguard],
  ['sit', (fields, data) => readTunnel('sit', fields, data)],
]);

function lowerOf(fields: Fields): LowerDevice {
  const id = fields['link_netnsid'];
  return {
    name: text(fields, 'link'),
    index: integer(fields, 'link_index'),
    // -1: the other namespace has no id here.
    netnsid: has(fields, 'link_netnsid') ? (typeof id === 'number' ? id : -1) : undefined,
  };
}

function readVlan(fields: Fields, data: Fields): Device {
  const id = integer(data, 'id');
  if (id === undefined || text(data, 'protocol') === '802.1ad') return { kind: 'opaque', type: 'vlan of 802.1ad, or without an id' };
  return { kind: 'vlan', lower: lowerOf(fields), id };
}

function readIpvlan(fields: Fields, data: Fields): Device {
  return { kind: 'ipvlan', lower: lowerOf(fields), mode: text(data, 'mode') ?? '', isolation: text(data, 'mode_flag') ?? 'bridge' };
}

/** Its peers stand in another artifact. */
function readWireguard(fields: Fields): Device {
  const { netnsid } = lowerOf(fields);
  return { kind: 'wireguard', netnsid, publicKey: undefined, port: 0, fwmark: 0, peers: [] };
}

function readTunnel(type: TunnelDevice['type'], fields: Fields, data: Fields): Device {
  // The id names the namespace of the outer packets.
  if (has(fields, 'link_netnsid')) return { kind: 'opaque', type: `${type} made in another namespace` };
  if (flag(data, 'external') === true) return { kind: 'opaque', type: `${type} in external mode` };
  if (has(data, 'encap') && object(data, 'encap')?.['type'] !== 'none') return { kind: 'opaque', type: `${type} inside of UDP` };
  return {
    kind: 'tunnel',
    type,
    local: ip(data, 'local'),
    remote: ip(data, 'remote'),
    ...(has(data, 'fwmark') ? { fwmark: integer(data, 'fwmark') ?? 0 } : {}),
    outKey: text(data, 'okey'),
    inKey: text(data, 'ikey'),
  };
}

/**
 * The other end is elsewhere: `link_index` and `link_netnsid`. It is here: `link` names it (`if7` where the name is not known).
 * Neither: it is gone.
 */
function readVeth(fields: Fields, indexOf: ReadonlyMap<string, number>): Device {
  if (has(fields, 'link_netnsid')) {
    const id = fields['link_netnsid'];
    // -1: the other namespace has no id here.
    return { kind: 'veth', peerIndex: integer(fields, 'link_index'), peerNetnsid: typeof id === 'number' ? id : -1 };
  }
  const name = text(fields, 'link');
  const index = name === undefined ? integer(fields, 'link_index') : (indexOf.get(name) ?? numbered(name));
  return { kind: 'veth', peerIndex: index, peerNetnsid: undefined };
}

function numbered(name: string): number | undefined {
  return /^if\d{1,9}$/.test(name) ? Number(name.slice(2)) : undefined;
}

function readBridge(data: Fields): Device {
  return {
    kind: 'bridge',
    stp: flag(data, 'stp_state') ?? false,
    vlanFiltering: flag(data, 'vlan_filtering') ?? false,
    nfCallIptables: flag(data, 'nf_call_iptables') ?? false,
    nfCallIp6tables: flag(data, 'nf_call_ip6tables') ?? false,
  };
}

function readVxlan(fields: Fields, data: Fields): Device {
  // For a VXLAN device the id names the namespace of the outer packets.
  if (has(fields, 'link_netnsid')) return { kind: 'opaque', type: 'vxlan made in another namespace' };
  if (flag(data, 'gpe') === true) return { kind: 'opaque', type: 'vxlan-gpe' };
  const vni = integer(data, 'id');
  const external = flag(data, 'external') ?? false;
  if (vni === undefined && !external) return { kind: 'opaque', type: 'vxlan without an id' };
  const lower = integer(data, 'link_index');
  return {
    kind: 'vxlan',
    vni: vni ?? 0,
    local: ip(data, 'local') ?? ip(data, 'local6'),
    remote: ip(data, 'remote') ?? ip(data, 'remote6') ?? ip(data, 'group') ?? ip(data, 'group6'),
    // iproute2 5.9 prints nothing else of a device in external mode.
    port: integer(data, 'port') ?? (external ? undefined : DEFAULT_PORT),
    lower: text(data, 'link') ?? (lower === undefined ? undefined : `if${String(lower)}`),
    learning: flag(data, 'learning') ?? true,
    external,
  } satisfies VxlanDevice;
}

/** Linux's own default, older than IANA's 4789. */
const DEFAULT_PORT = 8472;

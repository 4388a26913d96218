import type { Device, VxlanDevice } from '../namespace/link.ts';
import { type Fields, flag, has, integer, ip, object, text, texts } from './fields.ts';

/** What a link is, of its object in `ip -j -d link`. */
export function readDevice(fields: Fields, indexOf: ReadonlyMap<string, number>): Device {
  const type = text(fields, 'link_type');
  if (type === 'loopback' || texts(fields, 'flags').includes('LOOPBACK')) return { kind: 'loopback' };
  const info = object(fields, 'linkinfo');
  const kind = info === undefined ? undefined : text(info, 'info_kind');
  const data = info === undefined ? undefined : object(info, 'info_data');
  switch (kind) {
    // A physical device has no kind; tunnels of the kernel's own (sit0, tunl0) and tun have one.
    case undefined:
      return type === 'ether' ? { kind: 'physical' } : { kind: 'opaque', type: type ?? 'unknown' };
    case 'dummy':
      return { kind: 'dummy' };
    case 'veth':
      return readVeth(fields, indexOf);
    case 'bridge':
      return data === undefined ? { kind: 'opaque', type: 'bridge without details' } : readBridge(data);
    case 'vxlan':
      return readVxlan(fields, data);
    default:
      return { kind: 'opaque', type: kind };
  }
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

function readVxlan(fields: Fields, data: Fields | undefined): Device {
  if (data === undefined) return { kind: 'opaque', type: 'vxlan without details' };
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
    port: integer(data, 'port') ?? DEFAULT_PORT,
    lower: text(data, 'link') ?? (lower === undefined ? undefined : `if${String(lower)}`),
    learning: flag(data, 'learning') ?? true,
    external,
  } satisfies VxlanDevice;
}

/** Linux's own default, older than IANA's 4789. */
const DEFAULT_PORT = 8472;

import { type Host, type Link, type NetworkNamespace, makeHost, parseIp, parseNamespace } from '@skoop/netstack';

/** A device of a machine under test: `10.0.0.1/24` and what else matters for who is on which wire. */
export interface DeviceInit {
  readonly name: string;
  readonly addresses?: readonly string[];
  readonly mac?: string;
  readonly index?: number;
  readonly peerIndex?: number;
  readonly down?: boolean;
  readonly met?: Readonly<Record<string, string>>;
}

/** A machine with nothing but devices and what its neighbours are: enough to be joined to others. */
export function machine(id: string, devices: readonly DeviceInit[], sysctls: Readonly<Record<string, string>> = {}): Host {
  const root = `nodes/${id}/host`;
  const namespace: NetworkNamespace = {
    ...parseNamespace({ id: root, artifacts: new Map() }),
    links: devices.map((device, position) => link(device, position + 2)),
    neighbours: devices.flatMap(({ name, met = {} }) =>
      Object.entries(met).map(([ip, mac]) => ({ ip: address(ip), dev: name, mac, state: 'REACHABLE' as const, proxy: false, source: { artifact: 'ip-neigh', line: 1, text: '' } })),
    ),
    sysctls: new Map(Object.entries(sysctls)),
  };
  return makeHost(id, [namespace], root);
}

export function address(text: string): number | bigint {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`${text} is no address`);
  return ip;
}

function link({ name, addresses = [], mac, index, peerIndex, down = false }: DeviceInit, position: number): Link {
  const source = { artifact: 'ip-link', line: position, text: name };
  return {
    index: index ?? position,
    name,
    up: !down,
    carrier: !down,
    noarp: false,
    promiscuous: false,
    mtu: 1500,
    mac: mac ?? `02:00:00:00:00:${name.length.toString(16).padStart(2, '0')}`,
    addresses: addresses.map((text) => {
      const [ip = '', length = '32'] = text.split('/');
      return { ip: address(ip), length: Number(length), peer: undefined, scope: 'global', secondary: false, tentative: false, deprecated: false, source };
    }),
    master: undefined,
    port: undefined,
    device: peerIndex === undefined ? { kind: 'physical' } : { kind: 'veth', peerIndex, peerNetnsid: 0 },
    programs: [],
    source,
  };
}

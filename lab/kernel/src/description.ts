/** A laboratory as plain data. Nothing in it runs by itself; names are local to it. */
export interface LabDescription {
  readonly namespaces: Readonly<Record<string, NamespaceDescription>>;
  /** Which namespaces are one machine. Without it: one machine `m`, its own namespace the first, the others its pods. */
  readonly machines?: Readonly<Record<string, MachineDescription>>;
}

export interface MachineDescription {
  readonly host: string;
  readonly pods?: readonly string[];
}

/** One network namespace. Texts are the arguments of the tools: a route is what follows `ip route add`, a rule what follows `ip rule add`. */
export interface NamespaceDescription {
  readonly links?: readonly LinkDescription[];
  readonly routes?: readonly string[];
  readonly rules?: readonly string[];
  /** What follows `ip neigh replace`. */
  readonly neighbours?: readonly string[];
  /** What follows `bridge fdb append`. */
  readonly fdb?: readonly string[];
  /** Dotted names, `net.` left out: `ipv4.ip_forward`. Set before the links are made, those of a link after. */
  readonly sysctls?: Readonly<Record<string, string | number>>;
  /** Input of `ipset restore`. */
  readonly ipset?: string;
  /** Input of the `-restore` tools. */
  readonly iptables?: string;
  readonly legacy?: string;
  readonly ip6tables?: string;
  readonly ip6legacy?: string;
  /** Input of `nft -f -`. */
  readonly nft?: string;
  /** Shell lines that run last, in the namespace. */
  readonly then?: readonly string[];
  readonly listeners?: readonly ListenerDescription[];
}

/** `tcp 0.0.0.0:80`, `udp [::]:53`, `tcp 0.0.0.0%e0:80` bound to a device; `only` behind it keeps IPv4 out of a `[::]`. */
export type ListenerDescription = string;

interface LinkBase {
  readonly name: string;
  /** `10.0.0.1/24`, with what may follow it in `ip addr add`. */
  readonly addresses?: readonly string[];
  /** Default true. */
  readonly up?: boolean;
  readonly mac?: string;
  readonly mtu?: number;
  readonly master?: string;
  /** What follows `type bridge_slave`. */
  readonly port?: string;
}

export type LinkDescription =
  /** Both ends name each other, `NAMESPACE:DEVICE`, and are made once. */
  | (LinkBase & { readonly kind: 'veth'; readonly peer: string })
  /** A veth whose other end is a port of a switch that no dump shows. */
  | (LinkBase & { readonly kind: 'wire'; readonly wire: string })
  /** `options` is what follows the type in `ip link add`. */
  | (LinkBase & { readonly kind: 'bridge' | 'vxlan' | 'macvlan'; readonly options?: string })
  | (LinkBase & { readonly kind: 'loopback' });

/** The machines of a description, the default one included. */
export function machinesOf(lab: LabDescription): Readonly<Record<string, MachineDescription>> {
  if (lab.machines !== undefined) return lab.machines;
  const [host, ...pods] = Object.keys(lab.namespaces);
  return host === undefined ? {} : { m: { host, pods } };
}

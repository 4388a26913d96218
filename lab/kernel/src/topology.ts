import type { LabDescription, LinkDescription, NamespaceDescription } from './description.ts';

/** What a namespace of a known topology has besides. Links and addresses come after the topology's own. */
export type Extra = Partial<NamespaceDescription>;

/** Every kind of port 9 and 80 is served. */
const SERVED = ['tcp 0.0.0.0:80', 'udp 0.0.0.0:9'] as const;
const SERVED6 = ['tcp [::]:80', 'udp [::]:9'] as const;

/** What the two families of {@link routed} differ in. */
interface Addressing {
  /** Address of host `host` in network 0 or 1. */
  readonly of: (network: 0 | 1, host: 1 | 2) => string;
  readonly length: number;
  readonly forwarding: string;
  readonly served: NonNullable<NamespaceDescription['listeners']>;
}

const V4: Addressing = {
  of: (network, host) => `10.9.${String(network)}.${String(host)}`,
  length: 24,
  forwarding: 'ipv4.ip_forward',
  served: SERVED,
};
const V6: Addressing = {
  of: (network, host) => (network === 0 ? `fd00::${String(host)}` : `fd00:1::${String(host)}`),
  length: 64,
  forwarding: 'ipv6.conf.all.forwarding',
  served: SERVED6,
};

interface Extras {
  readonly r?: Extra;
  readonly x?: Extra;
  readonly y?: Extra;
}

/** x (10.9.0.2) - rx (10.9.0.1) r ry (10.9.1.1) - y (10.9.1.2). r forwards, x and y have their default routes by it. */
export function routed(extra: Extras = {}): LabDescription {
  return routedBy(V4, extra);
}

/** The same in IPv6: x (fd00::2) - rx (fd00::1) r ry (fd00:1::1) - y (fd00:1::2). */
export function routed6(extra: Extras = {}): LabDescription {
  return routedBy(V6, extra);
}

function routedBy({ of, length, forwarding, served }: Addressing, extra: Extras): LabDescription {
  const veth = (name: string, peer: string, address: string): LinkDescription => ({
    kind: 'veth',
    name,
    peer,
    addresses: [`${address}/${String(length)}`],
  });
  const end = (device: string, network: 0 | 1): NamespaceDescription => ({
    links: [veth('e0', `r:${device}`, of(network, 2))],
    routes: [`default via ${of(network, 1)}`],
    listeners: served,
  });
  return {
    namespaces: {
      r: furnished(
        {
          links: [veth('rx', 'x:e0', of(0, 1)), veth('ry', 'y:e0', of(1, 1))],
          sysctls: { [forwarding]: 1 },
          listeners: served,
        },
        extra.r,
      ),
      x: furnished(end('rx', 0), extra.x),
      y: furnished(end('ry', 1), extra.y),
    },
  };
}

/** A host r with a bridge br0 (10.9.0.1) and two pods on it: x (10.9.0.2, port rx) and y (10.9.0.3, port ry). */
export function bridged(
  extra: {
    readonly r?: Extra;
    readonly x?: Extra;
    readonly y?: Extra;
    readonly rx?: string;
    readonly ry?: string;
    readonly br0?: string;
  } = {},
): LabDescription {
  const port = (name: string, peer: string, options: string | undefined): LinkDescription => ({
    kind: 'veth',
    name,
    peer,
    master: 'br0',
    ...(options === undefined ? {} : { port: options }),
  });
  const pod = (address: string, peer: string): NamespaceDescription => ({
    links: [{ kind: 'veth', name: 'e0', peer, addresses: [address] }],
    routes: ['default via 10.9.0.1'],
    listeners: SERVED,
  });
  return {
    namespaces: {
      r: furnished(
        {
          links: [
            { kind: 'bridge', name: 'br0', addresses: ['10.9.0.1/24'], ...(extra.br0 === undefined ? {} : { options: extra.br0 }) },
            port('rx', 'x:e0', extra.rx),
            port('ry', 'y:e0', extra.ry),
          ],
          sysctls: { 'ipv4.ip_forward': 1 },
          listeners: SERVED,
        },
        extra.r,
      ),
      x: furnished(pod('10.9.0.2/24', 'r:rx'), extra.x),
      y: furnished(pod('10.9.0.3/24', 'r:ry'), extra.y),
    },
  };
}

function furnished(base: NamespaceDescription, extra: Extra = {}): NamespaceDescription {
  return {
    ...base,
    ...extra,
    links: [...(base.links ?? []), ...(extra.links ?? [])],
    routes: [...(base.routes ?? []), ...(extra.routes ?? [])],
    listeners: [...(base.listeners ?? []), ...(extra.listeners ?? [])],
    sysctls: { ...base.sysctls, ...extra.sysctls },
  };
}

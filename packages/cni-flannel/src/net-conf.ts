import type { Cluster, ConfigMap } from '@skoop/core';
import type { Family } from '@skoop/netstack';

/** flannel's own configuration, `net-conf.json` of its ConfigMap; keys are matched as Go does, whatever their case. */
export interface NetConf {
  /** `Network` and `IPv6Network`, of the families that are on, as text prefixes. */
  readonly networks: readonly string[];
  /** Where the file names none, flanneld takes `udp`. `undefined`: nothing tells. */
  readonly backend: string | undefined;
  readonly vni: number | undefined;
  /** 0: the kernel's default, 8472. `undefined`: nothing tells. */
  readonly port: number | undefined;
  readonly directRouting: boolean;
  readonly nftables: boolean;
  readonly wireguardMode: WireguardMode;
  /** Ports of the bridge send frames back where they came from. */
  readonly hairpin: boolean;
  /** The families whose pods are hidden where it masquerades at all. */
  readonly masquerades: readonly Family[];
}

/** `separate`: a device a family. The others have one for both, whose tunnel is of that family, or of either. */
export type WireguardMode = 'separate' | 'auto' | 'ipv4' | 'ipv6';

export function flannelConfigMap(cluster: Cluster): ConfigMap | undefined {
  return cluster.configMaps.find(({ metadata }) => metadata.name === 'kube-flannel-cfg');
}

/** `undefined` where there is no such ConfigMap (k3s has none) or its JSON is broken. */
export function readNetConf(cluster: Cluster): NetConf | undefined {
  const root = parseObject(flannelConfigMap(cluster)?.data['net-conf.json']);
  if (root === undefined) return undefined;
  const backend = lowered(root['backend']) ?? {};
  const network = root['enableipv4'] === false ? undefined : root['network'];
  const network6 = root['enableipv6'] === true ? root['ipv6network'] : undefined;
  return {
    networks: [network, network6].filter((text): text is string => typeof text === 'string'),
    backend: typeof backend['type'] === 'string' && backend['type'] !== '' ? backend['type'].toLowerCase() : 'udp',
    vni: number(backend['vni']),
    port: number(backend['port']) ?? 0,
    directRouting: backend['directrouting'] === true,
    nftables: root['enablenftables'] === true,
    wireguardMode: readMode(backend['mode']),
    hairpin: readHairpin(cluster),
    masquerades: [4, 6],
  };
}

function readMode(mode: unknown): WireguardMode {
  return mode === 'auto' || mode === 'ipv4' || mode === 'ipv6' ? mode : 'separate';
}

/** Does `cni-conf.json` ask for hairpin mode? The shipped one does. */
function readHairpin(cluster: Cluster): boolean {
  const plugins = parseObject(flannelConfigMap(cluster)?.data['cni-conf.json'])?.['plugins'];
  return Array.isArray(plugins) && plugins.some((plugin: unknown) => lowered(lowered(plugin)?.['delegate'])?.['hairpinmode'] === true);
}

function parseObject(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    return lowered(JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function lowered(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, field]: [string, unknown]) => [key.toLowerCase(), field]));
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

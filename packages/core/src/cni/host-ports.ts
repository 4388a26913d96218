import { type Host, type NetworkNamespace, type Rule, familyOf, formatIp, parseIp } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { Node, Pod } from '../cluster/objects.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import { podField } from './evidence.ts';
import { rootOf, seen } from './namespace.ts';
import { tablesOf } from './rule-text.ts';
import { podName, remakeCommand, suspectNode, suspectPod } from './suspect.ts';

/** One translation of the portmap plugin: a port of the node to a pod. */
interface PortMap {
  readonly protocol: string;
  readonly port: number;
  /** `10.244.0.5`, as text. */
  readonly address: string;
  readonly rule: Rule;
}

/**
 * The translations that the portmap plugin made with iptables: the rules of its chains `CNI-DN-…`. `undefined` where they can't be told:
 * the tables were not read, or its nftables backend is in use.
 */
function portMaps(ns: NetworkNamespace): readonly PortMap[] | undefined {
  if (!seen(ns, 'iptables-nft', 'iptables-legacy')) return undefined;
  if (ns.netfilter.tables.some(({ backend, name }) => backend === 'nftables' && name === 'cni_hostport')) return undefined;
  return ([4, 6] as const).flatMap((family) =>
    tablesOf(ns, family, 'nat').flatMap((table) =>
      [...table.chains].flatMap(([name, { rules }]) => (name.startsWith('CNI-DN-') ? rules.flatMap((rule) => portMap(rule) ?? []) : [])),
    ),
  );
}

function portMap(rule: Rule): PortMap | undefined {
  const [, protocol = '', port] = /-p (\w+) .*--dport (\d+) .*-j DNAT /.exec(`${rule.source.text} `) ?? [];
  const [, address] = /--to-destination (\S+):\d+/.exec(rule.source.text) ?? [];
  const ip = parseIp(address?.replaceAll(/[[\]]/g, '') ?? '');
  return port === undefined || ip === undefined ? undefined : { protocol, port: Number(port), address: formatIp(ip), rule };
}

/** Every port of the node that a pod asks for (`hostPort`) leads to it. */
export function checkHostPorts(pod: Pod, host: Host, code: string): readonly Suspicion[] {
  const root = rootOf(host);
  const wanted = pod.spec.containers.flatMap(({ ports }) => ports).filter(({ hostPort }) => hostPort > 0);
  if (root === undefined || wanted.length === 0 || pod.spec.hostNetwork) return [];
  const maps = portMaps(root);
  if (maps === undefined) return [];
  return wanted.flatMap((port) => {
    const address = pod.status.podIPs.map((text) => parseIp(text)).find((ip) => ip !== undefined && fits(port.hostIP, familyOf(ip)));
    if (address === undefined) return [];
    const there = maps.filter((map) => map.port === port.hostPort && map.protocol === port.protocol.toLowerCase());
    if (there.some((map) => map.address === formatIp(address))) return [];
    const [other] = there;
    const instead = other === undefined ? 'no rule translates it' : `it leads to ${other.address}`;
    return [
      suspectPod(
        pod,
        code,
        'WARNING',
        `Port ${String(port.hostPort)}/${port.protocol} of ${pod.spec.nodeName} should lead to pod ${podName(pod)}; ${instead}.`,
        {
          evidence: [...(other === undefined ? [] : [other.rule.source]), podField(pod, '/spec/containers', port)],
          remedy: `${remakeCommand(pod)}; the portmap plugin must stand in the CNI's configuration`,
        },
      ),
    ];
  });
}

function fits(hostIP: string, family: 4 | 6): boolean {
  const bound = parseIp(hostIP);
  return bound === undefined || familyOf(bound) === family;
}

/** Translations to addresses that no pod of the node has any more: whoever comes to that port is lost, or reaches another pod. */
export function checkStaleHostPorts(cluster: Cluster, node: Node, host: Host, code: string): readonly Suspicion[] {
  const { name } = node.metadata;
  const root = rootOf(host);
  const own = new Set(
    cluster.pods
      .filter(({ spec }) => spec.nodeName === name)
      .flatMap(({ status }) => status.podIPs.flatMap((text) => parseIp(text) ?? []))
      .map(formatIp),
  );
  return (root === undefined ? [] : (portMaps(root) ?? []))
    .filter(({ address }) => !own.has(address))
    .map(({ port, protocol, address, rule }) =>
      suspectNode(
        { name },
        code,
        'WARNING',
        `Port ${String(port)}/${protocol} of ${name} leads to ${address}, which is no pod of the node.`,
        {
          evidence: [rule.source],
          remedy: `iptables -t nat -S | grep ${address} on ${name}; delete the chain CNI-DN-… and what jumps to it`,
        },
      ),
    );
}

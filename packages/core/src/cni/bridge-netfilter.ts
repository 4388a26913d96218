import type { Family, Link, NetworkNamespace } from '@skoop/netstack';
import type { Suspicion } from '../contracts/suspicion.ts';
import { seen } from './namespace.ts';
import { suspectNode } from './suspect.ts';

/** Without bridge netfilter the answer of a Service's backend on the same node is switched past the translation back. */
export function checkBridgeNetfilter(
  ns: NetworkNamespace,
  node: { readonly name: string },
  bridge: Link,
  family: Family,
  code: string,
): readonly Suspicion[] {
  if (bridge.device.kind !== 'bridge' || !seen(ns, 'sysctls')) return [];
  const key = family === 4 ? 'bridge-nf-call-iptables' : 'bridge-nf-call-ip6tables';
  const value = ns.sysctls.get(`net/bridge/${key}`);
  const ownSwitch = family === 4 ? bridge.device.nfCallIptables : bridge.device.nfCallIp6tables;
  if (ownSwitch || (value !== undefined && value !== '0')) return [];
  const why = value === undefined ? 'does not exist: br_netfilter is not loaded' : 'is 0';
  const message = `On ${node.name} bridged frames pass netfilter by (net.bridge.${key} ${why}): a pod can't reach a Service whose backend is on the same node.`;
  const remedy = value === undefined ? `modprobe br_netfilter on ${node.name}` : `sysctl -w net.bridge.${key}=1 on ${node.name}`;
  return [suspectNode(node, code, 'WARNING', message, { evidence: [bridge.source], remedy })];
}

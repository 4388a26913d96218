import type { CniConfig, Suspicion } from '@skoop/core';
import { type Item, type RecordedParts, Recording } from '@skoop/testkit';
import { readFileSync } from 'node:fs';
import { checkNode } from '../checks/node.ts';
import { checkPod } from '../checks/pod.ts';
import { configure } from '../settings.ts';

const HEALTHY = JSON.parse(readFileSync(new URL('../__fixtures__/healthy.json', import.meta.url), 'utf8')) as RecordedParts;

/** Two nodes of a healthy cluster (the plugin bridge, static routes), recorded; to be broken in one place by a test. */
export class Recorded extends Recording {
  constructor() {
    super(HEALTHY, 'node1');
  }

  /** Adds a DaemonSet by which a network is recognised. */
  runs(name: string): void {
    const metadata = { name, namespace: 'kube-system', uid: name, labels: {}, annotations: {}, ownerReferences: [] };
    this.workloads.push({ kind: 'DaemonSet', metadata, matchLabels: {} });
  }

  /** Changes routes of table main on the node. */
  routes(change: (routes: Item[]) => Item[] | void): void {
    this.items('ip-route-4', change);
  }

  /** Pods routed one by one, as the plugin ptp does: no bridge, the gateway on every device. */
  routed(): void {
    const outer = this.ports();
    this.removeDevice('cbr0');
    for (const name of outer.keys())
      this.device(name, (link) => {
        delete link['master'];
        delete (link['linkinfo'] as Item)['info_slave_kind'];
        delete (link['linkinfo'] as Item)['info_slave_data'];
      });
    this.items('ip-addr', (links) =>
      links
        .filter(({ ifname }) => outer.has(String(ifname)))
        .forEach((link) => (link['addr_info'] = [{ family: 'inet', local: '10.244.1.1', prefixlen: 32, scope: 'global' }])),
    );
    this.routes((routes) => [
      ...routes.filter(({ dst }) => dst !== '10.244.1.0/24'),
      ...[...outer].map(([dev, dst]) => ({ type: 'unicast', dst, dev, table: 'main', protocol: 'boot', scope: 'host', flags: [] })),
    ]);
  }

  /** kind's: ptp, its DaemonSet, and its rules. */
  kindnet(): void {
    this.routed();
    this.runs('kindnet');
    const returns = this.nodes.map(({ spec }) => `-A KIND-MASQ-AGENT -d ${String(spec.podCIDRs[0])} -j RETURN`);
    const rules = ['-A POSTROUTING -m addrtype ! --dst-type LOCAL -j KIND-MASQ-AGENT', ...returns, '-A KIND-MASQ-AGENT -j MASQUERADE'];
    this.nat([':KIND-MASQ-AGENT - [0:0]'], rules);
  }

  /** Adds chains and rules to iptables' table nat. */
  nat(chains: readonly string[], rules: readonly string[]): void {
    let isNat = false;
    this.lines('iptables-nft-save', (line) => {
      if (line.startsWith('*')) isNat = line === '*nat';
      if (isNat && line.startsWith(':POSTROUTING')) return [line, ...chains].join('\n');
      if (isNat && line === 'COMMIT') return [...rules, line].join('\n');
      return line;
    });
  }

  /** The node's end of each pod's pair, and the pod's address. */
  ports(): ReadonlyMap<string, string> {
    const pods = this.dumps['node1']?.pods ?? {};
    return new Map(
      Object.values(pods).flatMap((dump) => {
        const [eth0] = (JSON.parse(dump['ip-addr'] ?? '[]') as Item[]).filter(({ ifname }) => ifname === 'eth0');
        const links = JSON.parse(this.dump()['ip-link'] ?? '[]') as Item[];
        const outer = links.find(({ ifindex }) => ifindex === eth0?.['link_index']);
        const [address] = (eth0?.['addr_info'] ?? []) as Item[];
        return outer === undefined || address === undefined ? [] : [[String(outer['ifname']), String(address['local'])] as const];
      }),
    );
  }

  /** The node's end of a pod's pair. */
  port(address: string): string {
    return [...this.ports()].find(([, ip]) => ip === address)?.[0] ?? '';
  }

  config(): CniConfig {
    return configure(this.cluster());
  }

  told(): readonly Suspicion[] {
    return this.check({ checkNode, checkPod }, this.config());
  }
}

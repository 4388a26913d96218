import type { CniConfig, FlagValues, Suspicion } from '@skoop/core';
import { type Dump, type Item, type Mutable, Recording } from '@skoop/testkit';
import { checkNode } from '../checks/node.ts';
import { checkPod } from '../checks/pod.ts';
import { calicoBinder } from '../schema.ts';
import { configure } from '../settings.ts';
import { type Mode, NODES, WEB, encapsulationOf } from './nodes.ts';
import { customObject, customObjects, meta, nodeObject, pod } from './objects.ts';
import { nativeRules } from './rules.ts';
import { hostDump, podDump } from './tables.ts';

/**
 * Three nodes and their objects as Calico's own sources say that they are (3.29 to 3.32), in one of its modes, with the dumps of node1,
 * node2 and a pod on each; node1 is to be broken in one place by a test. Built, not recorded.
 */
export class Built extends Recording {
  constructor(mode: Mode = 'vxlan') {
    const pods = NODES.flatMap(({ name, pod: its }) =>
      its === undefined ? [] : [pod('default', its.name, name, [its.ip, ...(mode === 'dual' ? [its.ip6] : [])])],
    );
    const agents = NODES.map(({ name, ip }) => pod('kube-system', `calico-node-${name}`, name, [ip], { 'k8s-app': 'calico-node' }, true));
    const backend = encapsulationOf(mode) === 'vxlan' ? 'vxlan' : 'bird';
    super({
      nodes: NODES.map((node) => nodeObject(node, mode)),
      pods: [...pods, ...agents],
      configMaps: [{ metadata: meta('kube-system', 'calico-config'), data: { calico_backend: backend, veth_mtu: '0' } }],
      workloads: [{ kind: 'DaemonSet', metadata: meta('kube-system', 'calico-node'), matchLabels: { 'k8s-app': 'calico-node' } }],
      custom: customObjects(mode),
      dumps: Object.fromEntries(
        NODES.flatMap((node) =>
          node.pod === undefined
            ? []
            : [[node.name, { host: hostDump(mode, node), pods: { [`default/${node.pod.name}`]: podDump(mode, node.pod) } }] as const],
        ),
      ),
    });
  }

  get web(): Mutable<Recording['pods'][number]> {
    return this.pod('web');
  }

  /** What the collector printed on node1. */
  get host(): Dump {
    return this.dump();
  }

  /** Nothing of the pod on node1 was read. */
  forgetPod(): void {
    delete this.dumps['node1']?.pods['default/web'];
  }

  override annotate(node: string, key: string, value: string | undefined): void {
    super.annotate(node, `projectcalico.org/${key}`, value);
  }

  /** Changes the specs of a resource's objects, of one name or of all. */
  spec(resource: string, change: (spec: Item) => void, name?: string): void {
    for (const { metadata, fields } of this.custom.get(`${resource}.crd.projectcalico.org`) ?? [])
      if (name === undefined || metadata.name === name) change(fields['spec'] as Item);
  }

  add(resource: string, kind: string, name: string, spec: Item): void {
    const key = `${resource}.crd.projectcalico.org`;
    this.custom.set(key, [...(this.custom.get(key) ?? []), customObject(kind, name, spec)]);
  }

  /** The newer group has all of them. */
  rename(group: string): void {
    for (const [name, objects] of [...this.custom]) {
      this.custom.delete(name);
      for (const object of objects) object.group = group;
      this.custom.set(name.replace('crd.projectcalico.org', group), objects);
    }
  }

  route(dst: string, change: Item | undefined, pod?: string): void {
    this.items(
      'ip-route-4',
      (routes) => routes.flatMap((one) => (one['dst'] !== dst ? [one] : change === undefined ? [] : [{ ...one, ...change }])),
      pod,
    );
  }

  /** A device that is down has no routes. */
  down(name: string): void {
    this.device(name, (link) => (link['flags'] = ['BROADCAST', 'MULTICAST']));
    this.withoutRoutes(name);
  }

  withoutRoutes(device: string): void {
    for (const artifact of ['ip-route-4', 'ip-route-6'] as const)
      this.items(artifact, (items) => items.filter(({ dev }) => dev !== device));
  }

  sysctl(path: string, value: string): void {
    this.lines('sysctl', (line) => (line.startsWith(`${path} =`) ? `${path} = ${value}` : line));
  }

  /** From Felix in iptables to Felix in nftables. */
  native(): void {
    this.host['iptables-nft-save'] = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
    this.host['nft'] = nativeRules(WEB);
    this.host['ipset-save'] = '';
    this.spec('felixconfigurations', (spec) => (spec['nftablesMode'] = 'Enabled'));
  }

  config(flags: FlagValues = {}): CniConfig {
    const parsed = calicoBinder.parse(flags);
    if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join('; '));
    return configure(this.cluster(), parsed.value);
  }

  /** What the checks of node1 and of its pods say. */
  told(flags: FlagValues = {}): readonly Suspicion[] {
    return this.check({ checkNode, checkPod }, this.config(flags));
  }
}

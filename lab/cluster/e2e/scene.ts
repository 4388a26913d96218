import { fileURLToPath } from 'node:url';
import { at, eventually, kubectl } from './lab.ts';
import { VARIANT } from './variant.ts';

/** What the tests ask about, by the names that they use in braces: `{client}` is the client's address, `{far.pod}` its peer's name. */
export type Scene = ReadonlyMap<string, string>;

interface PodObject {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly podIP: string; readonly podIPs: readonly { readonly ip: string }[] };
}

export const NODES = ['node1', 'node2'];
/** What a pod is called here, its `app`, and the node that it runs on. */
const PLACED = [
  ['client', 'client', 'node1'],
  ['near', 'web', 'node1'],
  ['far', 'web', 'node2'],
] as const;
const MANIFESTS = fileURLToPath(new URL('../manifests/', import.meta.url));
/** A server on the host outside, which ends with the cluster. */
const OUTSIDE = `mkdir -p "$state/outside"; echo outside >"$state/outside/index.html"
ss -Hltn 'sport = :8080' | grep -q . || busybox httpd -p 8080 -h "$state/outside"`;

/** Runs everything that is asked about, and finds out what it is called: `client` and `near` are pods on node1, `far` is one on node2. */
export async function prepare(): Promise<Scene> {
  for (const file of ['sample.yaml', 'e2e.yaml']) await kubectl('apply', '-f', `${MANIFESTS}${file}`);
  for (const workload of ['deployment/web', 'deployment/client', 'daemonset/on-node'])
    await kubectl('rollout', 'status', workload, '--timeout=120s');
  await kubectl('wait', '--for=condition=Ready', 'pod/marked', '--timeout=120s');
  await at('outside', OUTSIDE);
  const { items } = JSON.parse(await kubectl('get', 'pods', '-A', '-o', 'json')) as { items: readonly PodObject[] };
  const pods = items.filter(({ metadata }) => !('deletionTimestamp' in metadata));
  const scene = new Map<string, string>();
  const add = (name: string, app: string, node: string): void => {
    const pod = pods.find(({ metadata, spec }) => metadata.labels?.['app'] === app && spec.nodeName === node);
    if (pod === undefined) throw new Error(`no pod of ${app} runs on ${node}`);
    scene.set(name, pod.status.podIP).set(`${name}.pod`, keyOf(pod));
    const second = pod.status.podIPs[1];
    if (second !== undefined) scene.set(`${name}.six`, second.ip);
  };
  for (const [name, app, node] of PLACED) {
    add(name, app, node);
    const cidr = await field('node', node, '{.spec.podCIDR}');
    scene.set(`${name}.cidr`, cidr).set(`${name}.network`, cidr.replace(/\/.*/, ''));
    scene.set(`${name}.gateway`, cidr.replace(/0\/.*/, '1'));
    const index = (await at(fill(scene, `{${name}.pod}`), "ip -o link show eth0 | sed 's/.*@if\\([0-9]*\\):.*/\\1/'")).trim();
    scene.set(`${name}.veth`, (await at(node, `ip -o link | sed -n 's/^${index}: \\([^@:]*\\).*/\\1/p'`)).trim());
  }
  await kubectl('label', '--overwrite', 'pod', fill(scene, '{far.pod}').replace('default/', ''), 'only=far');
  scene.set(
    'web.pods',
    keysOf(pods, (labels) => labels?.['app'] === 'web'),
  );
  scene.set(
    'dns.pods',
    keysOf(pods, (labels) => labels?.['k8s-app'] === 'kube-dns'),
  );
  const dns = pods.find(({ metadata }) => metadata.labels?.['k8s-app'] === 'kube-dns');
  if (dns === undefined) throw new Error('no pod of CoreDNS runs');
  scene.set('dns', dns.status.podIP).set('dns.pod', keyOf(dns));
  if (dns.status.podIPs[1] !== undefined) scene.set('dns.six', dns.status.podIPs[1].ip);
  for (const name of ['web', 'web-numbered', 'far-only']) scene.set(name, await field('svc', name, '{.spec.clusterIP}'));
  scene.set('localport', await field('svc', 'far-only', '{.spec.ports[0].nodePort}'));
  scene.set('nodeport', await field('svc', 'web', '{.spec.ports[0].nodePort}'));
  scene.set('mtu', (await at(fill(scene, '{far.pod}'), "ip -o link show eth0 | sed 's/.* mtu \\([0-9]*\\) .*/\\1/'")).trim());
  if (VARIANT.cni === 'flannel-vxlan') scene.set('far.vtep', (await at('node2', 'cat /sys/class/net/flannel.1/address')).trim());
  if (VARIANT.dual) {
    scene.set('web.six', await field('svc', 'web-both', '{.spec.clusterIPs[1]}'));
    const cidr = await field('node', 'node2', '{.spec.podCIDRs[1]}');
    scene.set('far.cidr.six', cidr).set('far.network.six', cidr.replace(/\/.*/, ''));
    scene.set('far.gateway.six', cidr.replace(/\/.*/, '1'));
    scene.set('bothport', await field('svc', 'web-both', '{.spec.ports[0].nodePort}'));
    scene.set('web.chain.six', await programmed(PROGRAMMED_SIX[VARIANT.proxy]));
    scene.set('far.vtep.six', (await at('node2', 'cat /sys/class/net/flannel-v6.1/address')).trim());
  }
  return scene.set('web.chain', await programmed(PROGRAMMED[VARIANT.proxy]));
}

/** What prints kube-proxy's rules, and where the chain of Service web, or web-both, is named. */
type Programmed = Readonly<Record<typeof VARIANT.proxy, readonly [dump: string, jump: RegExp]>>;
const PROGRAMMED: Programmed = {
  iptables: ['iptables-nft-save -t nat', /-A KUBE-SERVICES .*"default\/web:http cluster IP".* -j (KUBE-SVC-\w+)/],
  nftables: ['nft list table ip kube-proxy', /goto (service-\w+-default\/web\/tcp\/http)/],
};
const PROGRAMMED_SIX: Programmed = {
  iptables: ['ip6tables-nft-save -t nat', /-A KUBE-SERVICES .*"default\/web-both cluster IP".* -j (KUBE-SVC-\w+)/],
  nftables: ['nft list table ip6 kube-proxy', /goto (service-\w+-default\/web-both\/tcp\/)/],
};

/** Waits for kube-proxy to have written the rules of a Service on both nodes; the name of its chain. */
async function programmed([dump, jump]: Programmed['iptables']): Promise<string> {
  const chains = await Promise.all(
    NODES.map((node) =>
      eventually(async () => {
        const chain = jump.exec(await at(node, dump))?.[1];
        if (chain === undefined) throw new Error(`kube-proxy of ${node} has not written the rules of its Services`);
        return chain;
      }),
    ),
  );
  return chains[0] ?? '';
}

/** A text with the scene's names put in. */
export function fill(scene: Scene, text: string): string {
  return text.replaceAll(/\{([a-z][a-z.-]*)\}/g, (_, name: string) => {
    const value = scene.get(name);
    if (value === undefined) throw new RangeError(`nothing is called {${name}}`);
    return value;
  });
}

async function field(kind: string, name: string, path: string): Promise<string> {
  return kubectl('get', kind, name, '-o', `jsonpath=${path}`);
}

function keyOf({ metadata }: PodObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function keysOf(pods: readonly PodObject[], isWanted: (labels: PodObject['metadata']['labels']) => boolean): string {
  return pods
    .filter(({ metadata }) => isWanted(metadata.labels))
    .map(keyOf)
    .sort()
    .join(',');
}

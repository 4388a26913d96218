import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folder } from './folders.ts';

/** `skoop snapshot` of a healthy cluster: two nodes, flannel (VXLAN), a Service `web` with three pods on port 8080, two clients. */
export const CLUSTER = fileURLToPath(new URL('__fixtures__/cluster.tar.gz', import.meta.url));

/** Pods of it, by where they are. */
export const POD = {
  clientOnNode1: 'default/client-676b64bf44-qh4v6',
  clientOnNode2: 'default/client-676b64bf44-5cwrq',
  webOnNode1: 'default/web-7f6598ddc7-6qslf',
  webOnNode2: 'default/web-7f6598ddc7-88tc5',
} as const;

/** The same cluster with something of it changed: a path in it, and what becomes of the text (`undefined`: the file is gone). */
export function changedCluster(changes: Readonly<Record<string, (text: string) => string | undefined>>): string {
  const root = folder();
  execFileSync('tar', ['-xzf', CLUSTER, '-C', root]);
  for (const [path, change] of Object.entries(changes)) {
    const file = join(root, path);
    const text = change(readFileSync(file, 'utf8'));
    if (text === undefined) rmSync(file);
    else writeFileSync(file, text);
  }
  return root;
}

/** A text that stands there is replaced; that it isn't there is a fault of the test. */
export function replaced(from: string, to: string): (text: string) => string {
  return (text) => {
    if (!text.includes(from)) throw new Error(`the recording has no ${from}`);
    return text.replaceAll(from, to);
  };
}

/** Every node gets a `providerID`. */
export function onCloud(prefix: string): (text: string) => string {
  return (text) => {
    const list = JSON.parse(text) as { items: { metadata: { name: string }; spec: object }[] };
    return JSON.stringify({
      ...list,
      items: list.items.map((node) => ({ ...node, spec: { ...node.spec, providerID: `${prefix}${node.metadata.name}` } })),
    });
  };
}

/** node1 does not forward what its pods send: the rule that accepts it drops it, in both views that a dump has of it. */
export function clusterWithDrop(): string {
  const rule = '-A FLANNEL-FWD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ';
  const seen = '{"counter": {"packets": 2, "bytes": 120}}, ';
  return changedCluster({
    'nodes/node1/host/iptables-nft-save': replaced(`${rule}ACCEPT`, `${rule}DROP`),
    'nodes/node1/host/nft': (text) => {
      const at = text.indexOf('"chain": "FLANNEL-FWD", "handle": 32');
      return text.slice(0, at) + text.slice(at).replace(`${seen}{"accept": null}`, `${seen}{"drop": null}`);
    },
  });
}

/** node1 passes nothing on for its pods. */
export function clusterWithoutForwarding(): string {
  return changedCluster({ 'nodes/node1/host/sysctl': replaced('net/ipv4/ip_forward = 1', 'net/ipv4/ip_forward = 0') });
}

/** node2 gave no dump. */
export function clusterWithoutNode2(): string {
  const root = changedCluster({});
  rmSync(join(root, 'nodes/node2'), { recursive: true });
  return root;
}

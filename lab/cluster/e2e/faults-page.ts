import type { Fault } from './faults.ts';
import { VARIANTS } from './variant.ts';

/** Where the scene's names in braces stand for something that a reader knows by another. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\{client\.pod\}|\{client\.six\}/g, 'the asking pod'],
  [/\{far\.pod\}/g, 'the server'],
  [/\{near\.pod\}/g, 'the server on its node'],
  [/^outside$/g, 'a host outside'],
  [/node\/(node\d)/g, '$1'],
  [/pod\//g, ''],
];

/** The table of faults as a page of the documentation. */
export function faultsPage(faults: readonly Fault[]): string {
  const rows = faults.map(({ name, in: variants, asks, verdict, fact, also }) => [
    name,
    variants.map((variant) => `\`${variant}\``).join(', '),
    `${spoken(asks.from)} → ${destination(asks.to)}`,
    verdict,
    `\`${fact.code}\` on ${spoken(fact.on)}${also === undefined ? '' : `; beside it \`${also.code}\` on ${spoken(also.on)}`}`,
  ]);
  const variants = VARIANTS.map(({ name, cni, proxy, dual, extra }) => [
    `\`${name}\``,
    `${cni}${dual ? ', IPv4 and IPv6' : ''}`,
    proxy,
    extra === true ? 'where it is asked for' : 'always',
    String(faults.filter((fault) => fault.in.some((one) => one === name)).length),
  ]);
  return `# Faults that are known to be found

Each of these is made in a real cluster, one at a time; a real connection is made beside the diagnosis, and both must come to the same
verdict. The cause must be named on the right object, with its rule, route or field. Where no packet feels a fault, it is told of and is no
cause of anything. This page is made from the table that the tests go through (\`lab/cluster/e2e/faults.ts\`); a test holds both equal.

## The clusters

Kubernetes 1.34 with the real kubelets, containerd, kube-proxy, flanneld and CoreDNS. Wherever it is run all healthy ways, pod, node, Service,
node port, DNS, API server, outside, are asked as well, and IPv6 where there is any: the verdict and the receiver are a real connection's, nothing is suspected, and
\`skoop check\` finds nothing.

${table(['name', 'pod network', 'kube-proxy', 'is run', 'faults'], variants)}

Calico can't run in this laboratory, nor do its kernels have IPIP and WireGuard. What Calico makes of a node (devices, routes, rules, sets,
objects) is built in the kernel laboratory as its documentation and source have it, and a packet is sent where the kernel can carry it
(\`lab/kernel/src/calico.kernel.test.ts\`): a pod's device down, its route deleted or on a wrong device, and the rest of its table there. IPIP
and WireGuard are held against recorded dumps.

## The faults

${table(['what is broken', 'in', 'asked', 'verdict', 'found'], rows)}
`;
}

/** A destination with its port where the port is the point. */
function destination(to: string): string {
  return spoken(to.replace(/^\[\{(\w+)\.six\}\]:(\d+)$/, (_, name: string) => (name === 'web' ? 'svc/web-both, IPv6' : 'the server, IPv6')))
    .replace(':8080', '')
    .replace(':{localport}', ', the port of a Service with one server elsewhere')
    .replace(/^svc\/(.*)/, 'Service $1');
}

function spoken(text: string): string {
  return WORDS.reduce((said, [name, word]) => said.replaceAll(name, word), text);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

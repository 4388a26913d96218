import { type Ip, type Prefix, contains, parseIp, parsePrefix } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { Node, Pod } from '../cluster/objects.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import { internalAddresses, keyOf } from '../diagnose/owners.ts';
import { objectEvidence, suspect } from '../diagnose/suspect.ts';
import { hasNetwork } from '../cluster/has-network.ts';

/** Addresses that two claim: no route can lead to both. Told of where one of the two is on a node in scope. */
export function checkAddresses(cluster: Cluster, nodes: ReadonlySet<string>): readonly Suspicion[] {
  return [...podNetworks(cluster.nodes, nodes), ...podAddresses(cluster.pods, nodes)];
}

interface Claim {
  readonly node: Node;
  readonly text: string;
  readonly prefix: Prefix;
}

/** Pod networks of nodes against each other, and against the nodes' own addresses. */
function podNetworks(all: readonly Node[], nodes: ReadonlySet<string>): readonly Suspicion[] {
  const claims = all.flatMap((node): Claim[] =>
    node.spec.podCIDRs.flatMap((text) => {
      const prefix = parsePrefix(text);
      return prefix === undefined ? [] : [{ node, text, prefix }];
    }),
  );
  const overlaps = claims.flatMap((one, index) =>
    claims
      .slice(index + 1)
      .filter((other) => contains(one.prefix, other.prefix.address) || contains(other.prefix, one.prefix.address))
      .map((other) => ({ one, other })),
  );
  const between = overlaps
    .filter(({ one, other }) => nodes.has(one.node.metadata.name) || nodes.has(other.node.metadata.name))
    .map(({ one, other }) =>
      overlap(
        one,
        `${other.text} of node ${other.node.metadata.name}`,
        objectEvidence('Node', other.node, '/spec/podCIDRs', other.node.spec.podCIDRs),
      ),
    );
  const held = claims
    .filter(({ node }) => nodes.has(node.metadata.name))
    .flatMap((claim) =>
      all.flatMap((node) =>
        internalAddresses(node)
          .filter((text) => isIn(claim.prefix, text))
          .map((text) =>
            overlap(
              claim,
              `the address ${text} of node ${node.metadata.name}`,
              objectEvidence('Node', node, '/status/addresses', node.status.addresses),
            ),
          ),
      ),
    );
  return [...between, ...held];
}

function isIn(prefix: Prefix, text: string): boolean {
  const address = parseIp(text);
  return address !== undefined && contains(prefix, address);
}

function overlap({ node, text }: Claim, other: string, evidence: Suspicion['evidence'][number]): Suspicion {
  return suspect(
    'NODE_PODCIDR_OVERLAP',
    'CRITICAL',
    { type: 'node', id: node.metadata.name },
    `The pod network ${text} of node ${node.metadata.name} overlaps ${other}: packets for one end up at the other`,
    {
      evidence: [objectEvidence('Node', node, '/spec/podCIDRs', node.spec.podCIDRs), evidence],
      remedy: "A podCIDR can't be changed: drain the node, kubectl delete node, let it register again with a network of its own.",
    },
  );
}

/** Pods of one address: after a crash the address of a pod that is still there may be given away again. */
function podAddresses(pods: readonly Pod[], nodes: ReadonlySet<string>): readonly Suspicion[] {
  const holders = new Map<Ip, Pod[]>();
  for (const pod of pods.filter(hasNetwork))
    for (const text of pod.status.podIPs) {
      const address = parseIp(text);
      if (address !== undefined) holders.set(address, [...(holders.get(address) ?? []), pod]);
    }
  return [...holders.values()].flatMap((all) => {
    const [first, ...others] = all;
    if (first === undefined || others.length === 0 || !all.some(({ spec }) => nodes.has(spec.nodeName))) return [];
    return [
      suspect(
        'POD_ADDRESS_DUPLICATE',
        'CRITICAL',
        { type: 'pod', id: keyOf(first) },
        `Pod ${keyOf(first)} has the same address as ${others.map((pod) => `pod ${keyOf(pod)}`).join(', ')}: ${first.status.podIPs.join(', ')}`,
        {
          evidence: all.map((pod) => objectEvidence('Pod', pod, '/status/podIPs', pod.status.podIPs)),
          remedy: `kubectl delete pod -n ${first.metadata.namespace} ${first.metadata.name}, so that it is made anew with another address; then look why the address was given twice.`,
        },
      ),
    ];
  });
}

import type { Suspicion } from '@skoop/core';
import { suspectNode } from '@skoop/core/cni';
import { contains, familyOf, formatIp, formatPrefix, parsePrefix } from '@skoop/netstack';
import { annotationEvidence, endOf, podCidrEvidence } from '../flannel-node.ts';
import { isK3s } from '../k3s.ts';
import type { NodeView } from './view.ts';

/** What the node tells the others of itself: from the API alone. */
export function checkRegistration(view: NodeView): readonly Suspicion[] {
  // Nobody is: another annotation prefix, or the annotations were not read.
  if (!view.peers.some((peer) => peer.registered) && !view.own.registered) return [];
  return [...unregistered(view), ...mixed(view), ...podCidr(view), ...duplicate(view)];
}

function unregistered(view: NodeView): readonly Suspicion[] {
  const { own } = view;
  if (own.registered) return [];
  return [
    suspectNode(
      own,
      'FLANNEL_NODE_UNREGISTERED',
      'WARNING',
      `flanneld has not registered node ${own.name}: no other node has a route to its pods.`,
      {
        evidence: [annotationEvidence(own, 'kube-subnet-manager')],
        remedy: isK3s(own.node)
          ? `see what k3s says of flannel there: journalctl -u 'k3s*' on ${own.name}; then ${view.agent.restart}`
          : `see why flanneld does not run there: kubectl get pods -A -l app=flannel --field-selector spec.nodeName=${own.name}`,
      },
    ),
  ];
}

function mixed(view: NodeView): readonly Suspicion[] {
  const { own, peers, settings } = view;
  const others = peers.filter((peer) => peer.registered && peer.backend !== own.backend);
  const [other] = others;
  // On the node that is not as the configuration says, and on both where nothing is said.
  if (!own.registered || other === undefined || (settings.backend !== undefined && own.backend === settings.backend)) return [];
  const names = others.map(({ name }) => name).join(', ');
  return [
    suspectNode(
      own,
      'FLANNEL_BACKEND_MIXED',
      'WARNING',
      `Node ${own.name} has flannel's backend ${own.backend ?? '(none)'}, and ${names} ${other.backend ?? '(none)'}: they ignore each other, and have no routes between them.`,
      { evidence: [annotationEvidence(own, 'backend-type'), annotationEvidence(other, 'backend-type')], remedy: view.agent.restart },
    ),
  ];
}

function podCidr(view: NodeView): readonly Suspicion[] {
  const { own, settings } = view;
  if (own.ends.length === 0)
    return [
      suspectNode(
        own,
        'FLANNEL_PODCIDR_MISSING',
        'WARNING',
        `Node ${own.name} has no pod network (spec.podCIDRs): flanneld can't start there.`,
        {
          evidence: [podCidrEvidence(own)],
          remedy: 'run kube-controller-manager with --allocate-node-cidrs and --cluster-cidr',
        },
      ),
    ];
  const networks = settings.networks.map(parsePrefix).filter((network) => network !== undefined);
  return own.ends.flatMap(({ family, podCidr: cidr }) => {
    const network = networks.find(({ address }) => familyOf(address) === family);
    if (network === undefined || contains(network, cidr.address)) return [];
    return [
      suspectNode(
        own,
        'FLANNEL_PODCIDR_OUTSIDE',
        'WARNING',
        `The pod network ${formatPrefix(cidr)} of node ${own.name} lies outside of flannel's network ${formatPrefix(network)}.`,
        {
          evidence: [podCidrEvidence(own)],
          remedy: isK3s(own.node)
            ? "start every server of k3s with the --cluster-cidr that the nodes' pod networks are of"
            : "make Network in the ConfigMap kube-flannel-cfg the cluster's pod network (kube-controller-manager --cluster-cidr)",
        },
      ),
    ];
  });
}

/** All nodes have taken the address of the wrong device, one that every machine has alike. */
function duplicate({ own, peers }: NodeView): readonly Suspicion[] {
  return own.ends.flatMap(({ family, publicIp }) => {
    const twin = peers.find((peer) => publicIp !== undefined && endOf(peer, family)?.publicIp === publicIp);
    if (twin === undefined || publicIp === undefined) return [];
    return [
      suspectNode(
        own,
        'FLANNEL_PUBLIC_IP_DUPLICATE',
        'WARNING',
        `Nodes ${own.name} and ${twin.name} both call ${formatIp(publicIp)} their address: what is for the one's pods goes to the other.`,
        {
          evidence: [annotationEvidence(own, 'public-ip', family), annotationEvidence(twin, 'public-ip', family)],
          remedy: 'run flanneld with --iface or --iface-can-reach, so that it takes the device that the nodes reach each other by',
        },
      ),
    ];
  });
}

import type { Suspicion } from '@skoop/core';
import { seen, suspectNode } from '@skoop/core/cni';
import { bitsOf, familyOf, formatIp } from '@skoop/netstack';
import { type CalicoEnd, annotationEvidence, endOf } from '../calico-node.ts';
import { modeField } from '../expectations.ts';
import { specEvidence } from '../objects.ts';
import { type NodeView, isRegistering } from './view.ts';

/** What the node tells the others of itself. */
export function checkRegistration(view: NodeView): readonly Suspicion[] {
  if (view.settings.backend === 'none' || !isRegistering(view)) return [];
  return [
    ...unregistered(view),
    ...view.own.ends.flatMap((end) => [...duplicate(view, end), ...elsewhere(view, end), ...subnet(view, end)]),
  ];
}

function unregistered({ own, agent }: NodeView): readonly Suspicion[] {
  if (own.ends.length > 0) return [];
  const message = `calico-node has not registered node ${own.name}: no other node has a route to its pods.`;
  const remedy = `see why calico-node does not run there: kubectl get pods -A -l k8s-app=calico-node --field-selector spec.nodeName=${own.name}; else ${agent.restart}`;
  return [suspectNode(own, 'CALICO_NODE_UNREGISTERED', 'WARNING', message, { evidence: [annotationEvidence(own, 'address')], remedy })];
}

const AUTODETECTION = 'set IP_AUTODETECTION_METHOD of calico-node (kubernetes-internal-ip, can-reach=…, interface=…)';

/** Every machine has taken the address of a device that all have alike. */
function duplicate({ own, peers }: NodeView, { family, address }: CalicoEnd): readonly Suspicion[] {
  const twin = peers.find((peer) => endOf(peer, family)?.address === address);
  if (twin === undefined) return [];
  const message = `Nodes ${own.name} and ${twin.name} both call ${formatIp(address)} their address: what is for the one's pods goes to the other.`;
  const evidence = [annotationEvidence(own, 'address', family), annotationEvidence(twin, 'address', family)];
  return [suspectNode(own, 'CALICO_ADDRESS_DUPLICATE', 'WARNING', message, { evidence, remedy: AUTODETECTION })];
}

function elsewhere({ own, ns, agent }: NodeView, { family, address }: CalicoEnd): readonly Suspicion[] {
  if (!seen(ns, 'links', 'addresses') || ns.links.some(({ addresses }) => addresses.some(({ ip }) => ip === address))) return [];
  const message = `No device of ${own.name} has ${formatIp(address)}, which Calico takes for its address: other nodes send there what is for its pods.`;
  const remedy = `${agent.restart}, so that it looks again; or ${AUTODETECTION}`;
  return [suspectNode(own, 'CALICO_NODE_ADDRESS', 'WARNING', message, { evidence: [annotationEvidence(own, 'address', family)], remedy })];
}

/** CrossSubnet goes by the prefix of the address. */
function subnet({ own, pools, peers }: NodeView, { family, subnet: wire }: CalicoEnd): readonly Suspicion[] {
  const pool = pools.find(({ crossSubnet, cidr }) => crossSubnet && familyOf(cidr.address) === family);
  if (pool === undefined || wire.length !== bitsOf(family) || peers.length === 0) return [];
  const message = `Node ${own.name} has told Calico its address without the prefix of its network: it takes every other node for one of another subnet, and encapsulates (pool ${pool.name}).`;
  const evidence = [annotationEvidence(own, 'address', family), specEvidence(pool.object, modeField(pool))];
  const remedy = `let calico-node find the address with its prefix: ${AUTODETECTION}, and no prefix-less IP in its environment`;
  return [suspectNode(own, 'CALICO_NODE_SUBNET', 'WARNING', message, { evidence, remedy })];
}

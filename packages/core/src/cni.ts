/** What plugins of pod networks have in common: reading a node's tables, wording suspicions. Pure, and none of it has to be used. */
export { type AgentSetup, restartCommand } from './cni/agent.ts';
export { checkBridgeNetfilter } from './cni/bridge-netfilter.ts';
export { confidenceOf } from './cni/confidence.ts';
export { annotationField, nodeField, objectField, podField } from './cni/evidence.ts';
export { checkHostPorts, checkStaleHostPorts } from './cni/host-ports.ts';
export { linkOf, rootOf, seen, uplinkOf } from './cni/namespace.ts';
export { otherNodes } from './cni/other-nodes.ts';
export { type PodPort, hasPods, podPort } from './cni/pod-port.ts';
export { type ExpectedRoute, type RouteCodes, type RouteForm, checkRoute, describeWay, routesTo } from './cni/routes.ts';
export { type RuleText, rulesOf, tablesOf } from './cni/rule-text.ts';
export { ipCommand, podName, remakeCommand, suspectNode, suspectPod } from './cni/suspect.ts';
export { type VxlanPeer, type VxlanPeerCodes, checkVxlanPeer } from './cni/vxlan-peer.ts';
export { type WireguardCodes, type WireguardPeer, checkWireguardPeers } from './cni/wireguard-peer.ts';

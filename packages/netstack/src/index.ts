export type { Family, Ip } from './address/ip.ts';
export { anyAddress, familyOf, formatIp, isLinkLocal, isLoopback, isMulticast, parseIp } from './address/ip.ts';
export type { Prefix } from './address/prefix.ts';
export { anyPrefix, bitsOf, contains, formatPrefix, hostPrefix, maskOf, parsePrefix, prefix } from './address/prefix.ts';
export type { Gap, Source, SourceLine, SourcePointer, Topic } from './source.ts';
export * as Protocol from './packet/protocol.ts';
export { hasPorts, parseProtocol, protocolName } from './packet/protocol.ts';
export type { Packet, TunnelPayload, Tuple } from './packet/packet.ts';
export { TcpFlag, reversed, sameTuple, tupleOf } from './packet/packet.ts';
export type {
  BridgeDevice,
  BridgePort,
  Device,
  Link,
  LinkAddress,
  LinkProgram,
  Mac,
  VxlanDevice,
  WireguardDevice,
} from './namespace/link.ts';
export type { Nexthop, PolicyRule, PortRange, Route, RouteType, RuleAction } from './namespace/route.ts';
export type { FdbEntry, Neighbour } from './namespace/neighbour.ts';
export type { Socket } from './namespace/socket.ts';
export type { ConntrackEntry, Host, NetworkNamespace } from './namespace/namespace.ts';
export type { IpSet } from './ipset/set.ts';
export type { RealServer, VirtualService } from './namespace/ipvs.ts';
export type * from './netfilter/model.ts';
export type { Artifact, ArtifactName, NamespaceDump } from './parse/artifact.ts';
export { ARTIFACTS } from './parse/artifact.ts';
export { parseNamespace } from './parse/namespace.ts';
export { sysctlSource } from './namespace/lookup.ts';
export { isWire } from './namespace/wire.ts';
export { makeHost, vethPeer } from './namespace/host.ts';
export type { Finding, FindingCode } from './trace/finding.ts';
export { FINDING_CODES } from './trace/finding.ts';
export type { Hop, Step } from './trace/step.ts';
export type { DeviceModel, DeviceOutcome } from './trace/device-model.ts';
export type { Fabric, FabricAnswer, FabricEdge } from './trace/fabric.ts';
export type { Crossing, Origin, Received, SenderError, Trace, TracePath, TraceRequest, Verdict, World } from './trace/trace.types.ts';
export { parseNetfilter } from './netfilter/parse/netfilter.ts';
export { shellWord, shellWords } from './netfilter/parse/print.ts';
export type { HookedChain } from './netfilter/hooks.ts';
export { baseChains, tracksConnections } from './netfilter/hooks.ts';
export { walkChain } from './netfilter/walk-chain.ts';
export type { ChainResult, ChainVerdict, Chooser, RuleVisit } from './netfilter/walk.types.ts';
export { trace } from './trace/trace.ts';

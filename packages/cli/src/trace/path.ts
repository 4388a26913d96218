import type { Packet, Path, Transmission, TransmissionStep } from '@skoop/core';
import { type Hop, type Packet as ModelPacket, type Step, type TracePath, formatIp, protocolName } from '@skoop/netstack';
import type { Places } from './places.ts';
import { summaryOf } from './step-summary.ts';

/** A way of the model as reports show it. */
export function pathOf(path: TracePath, places: Places): Path {
  return {
    verdict: path.verdict,
    probability: path.probability ?? null,
    direction: path.direction,
    ...(path.replyTo !== undefined && { replyTo: path.replyTo }),
    hops: path.hops.map((hop) => hopOf(hop, places)),
  };
}

function hopOf(hop: Hop, places: Places): Transmission {
  return {
    node: places.ref(hop.host, hop.namespace),
    action: hop.action,
    ...(hop.in !== undefined && { in: { interface: hop.in.device, packet: packetOf(hop.in.packet) } }),
    ...(hop.out !== undefined && { out: { interface: hop.out.device, packet: packetOf(hop.out.packet) } }),
    steps: hop.steps.map(stepOf),
  };
}

function stepOf(step: Step): TransmissionStep {
  return { kind: step.kind, summary: summaryOf(step), evidence: step.evidence };
}

function packetOf(packet: ModelPacket): Packet {
  return {
    src: formatIp(packet.src),
    sport: packet.sport,
    dst: formatIp(packet.dst),
    dport: packet.dport,
    protocol: packet.protocol === 58 ? 'icmp' : protocolName(packet.protocol),
    ...(packet.mark !== 0 && { mark: packet.mark }),
    ...(packet.inner !== undefined && { encap: packetOf(packet.inner.packet) }),
  };
}

import type { Cluster, CniConfig } from '@skoop/core';
import { type DeviceModel, type DeviceOutcome, type Host, type Packet, contains, familyOf, formatIp } from '@skoop/netstack';
import { deviceOf } from './expectations.ts';
import { type FlannelNode, endOf, readNode } from './flannel-node.ts';
import { settingsOf } from './checks/view.ts';
import { UDP_PORT } from './settings.ts';

const UDP = 17;

/**
 * Backend udp: flanneld itself reads what is sent into `flannel0` and sends it to the flanneld of the node whose pods have the address. It
 * lowers the TTL, and what nobody has it drops (flannel: `proxy_amd64.c`, `tun_to_udp`).
 */
export function devices(host: Host, cluster: Cluster, config: CniConfig): readonly DeviceModel[] {
  const settings = settingsOf(config);
  const device = deviceOf(settings, 4);
  if (settings.backend !== 'udp' || device === undefined) return [];
  const port = settings.port ?? UDP_PORT;
  const nodes = cluster.nodes.map(readNode);
  const own = nodes.find(({ name }) => name === host.id);
  return [
    {
      name: 'flanneld',
      claims: (namespace, link) => namespace.id === host.root && link.name === device.name && link.device.kind === 'opaque',
      transmit: (packet, link) => {
        if (packet.ttl <= 1) return { kind: 'drop', reason: 'its TTL has run out', evidence: [link.source] };
        const peer = nodes.find((node) => node !== own && hasAddress(node, packet));
        const to = peer === undefined ? undefined : endOf(peer, 4)?.publicIp;
        if (peer === undefined || to === undefined) {
          const reason = `flanneld knows no node whose pods have ${formatIp(packet.dst)}`;
          return { kind: 'drop', reason, evidence: [link.source] };
        }
        return {
          kind: 'encapsulate',
          packet: { ...packet, ttl: packet.ttl - 1 },
          outer: { dst: to, protocol: UDP, sport: port, dport: port },
          source: own === undefined ? undefined : endOf(own, 4)?.publicIp,
          overhead: device.overhead,
          evidence: [],
        } satisfies DeviceOutcome;
      },
    },
  ];
}

function hasAddress(node: FlannelNode, { dst }: Packet): boolean {
  const end = node.registered ? endOf(node, familyOf(dst)) : undefined;
  return end !== undefined && contains(end.podCidr, dst);
}

import type { Suspicion } from '@skoop/core';
import { suspectNode, uplinkOf } from '@skoop/core/cni';
import type { NodeView } from './view.ts';

/** The device that tunnels and routes leave by has the MTU that the user expects. */
export function checkUplink({ own, ns, settings }: NodeView): readonly Suspicion[] {
  const { hostInterface, hostMtu } = settings;
  const link = uplinkOf(ns, hostInterface, own.ends[0]?.address);
  if (link === undefined || hostMtu === undefined || link.mtu === hostMtu) return [];
  const message = `Device ${link.name} on ${own.name} has MTU ${String(link.mtu)}, and --calico-host-mtu says ${String(hostMtu)}.`;
  return [suspectNode(own, 'CALICO_MTU', 'INFO', message, { evidence: [link.source], remedy: '' })];
}

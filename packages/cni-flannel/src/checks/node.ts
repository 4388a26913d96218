import type { Cluster, CniConfig, Node, Suspicion } from '@skoop/core';
import { checkStaleHostPorts } from '@skoop/core/cni';
import type { Host } from '@skoop/netstack';
import { checkBridge } from './bridge.ts';
import { checkDevice, usable } from './device.ts';
import { checkOthersRoutes } from './others-routes.ts';
import { checkRegistration } from './registration.ts';
import { checkRoute, checkStaleRoutes } from './routes.ts';
import { checkRules } from './rules.ts';
import { checkTunnel } from './tunnels.ts';
import { viewOf } from './view.ts';
import { checkWireguard } from './wireguard.ts';

/** Everything that flannel promises of a node, against what is there. What hangs on something that is broken is not told of besides. */
export function checkNode(cluster: Cluster, config: CniConfig, node: Node, host: Host): readonly Suspicion[] {
  const view = viewOf(cluster, config, node, host);
  if (view === undefined) return [];
  const { devices, routes, tunnels } = view.expected;
  const onUsable = <T extends { readonly family: 4 | 6 }>(all: readonly T[]): readonly T[] =>
    all.filter(({ family }) =>
      usable(
        view,
        devices.find(({ addresses }) => addresses.some((one) => one.family === family)),
      ),
    );
  return [
    ...checkRegistration(view),
    ...devices.flatMap((device) => checkDevice(view, device)),
    ...onUsable(routes).flatMap((route) => checkRoute(view, route)),
    ...onUsable(tunnels).flatMap((tunnel) => checkTunnel(view, tunnel)),
    ...devices.filter((device) => usable(view, device)).flatMap((device) => checkWireguard(view, device)),
    ...checkOthersRoutes(view),
    ...checkStaleRoutes(view),
    ...checkBridge(view),
    ...checkRules(view),
    ...checkStaleHostPorts(cluster, node, host, 'FLANNEL_HOSTPORT_STALE'),
  ];
}

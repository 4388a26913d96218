import type { Cluster, CniConfig, Node, Suspicion } from '@skoop/core';
import { linkOf } from '@skoop/core/cni';
import type { Host } from '@skoop/netstack';
import { checkBgp } from './bgp.ts';
import { checkDevice } from './device.ts';
import { checkGatewayRoute } from './gateway-route.ts';
import { checkHostEndpoints } from './host-endpoints.ts';
import { checkPools } from './pools.ts';
import { checkRegistration } from './registration.ts';
import { checkBlackholes, checkRoute, checkStaleRoutes } from './routes.ts';
import { checkRules } from './rules.ts';
import { checkSets } from './sets.ts';
import { checkTunnel } from './tunnels.ts';
import { checkUplink } from './uplink.ts';
import { viewOf } from './view.ts';
import { checkWireguard } from './wireguard.ts';

/** Everything that Calico promises of a node, against what is there. What hangs on something that is broken is not told of besides. */
export function checkNode(cluster: Cluster, config: CniConfig, node: Node, host: Host): readonly Suspicion[] {
  const view = viewOf(cluster, config, node, host);
  if (view === undefined) return [];
  const { devices, routes, peers } = view.expected;
  const isUsable = (name: string | undefined): boolean =>
    name === undefined || !devices.some((device) => device.name === name) || linkOf(view.ns, name)?.up === true;
  return [
    ...checkRegistration(view),
    ...checkPools(view),
    ...checkBgp(view),
    ...checkUplink(view),
    ...devices.flatMap((device) => checkDevice(view, device)),
    ...routes.filter(({ device }) => isUsable(device)).flatMap((route) => checkRoute(view, route)),
    ...peers.filter(({ dev }) => isUsable(dev)).flatMap((peer) => checkTunnel(view, peer)),
    ...checkWireguard(view),
    ...checkStaleRoutes(view),
    ...checkBlackholes(view),
    ...checkGatewayRoute(view),
    ...checkHostEndpoints(view),
    ...checkRules(view),
    ...checkSets(view),
  ];
}

import { linkOf, uplinkOf } from '@skoop/core/cni';
import type { Link, NetworkNamespace } from '@skoop/netstack';
import { deviceOf } from './expectations.ts';
import { type FlannelNode, endOf } from './flannel-node.ts';
import type { Settings } from './settings.ts';

/**
 * The device by which pods' packets to other nodes leave: the tunnel's, else the node's own. `undefined` where that can't be told: commands
 * of the user's, xfrm. The tunnel for IPv6 is smaller in a healthy cluster: the kernel answers "packet too big", and the pod learns.
 */
export function carrierOf(ns: NetworkNamespace, settings: Settings, own: FlannelNode): Link | undefined {
  switch (settings.backend) {
    case 'host-gw':
    case 'alloc':
    case 'tencent-vpc':
      return uplinkOf(ns, settings.hostInterface, endOf(own, 4)?.publicIp);
    default:
      return linkOf(ns, deviceOf(settings, 4)?.name ?? '');
  }
}

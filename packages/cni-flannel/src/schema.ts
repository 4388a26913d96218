import type { ConfigBinder, ConfigError } from '@skoop/core';

/** What the user says of flannel; everything left out is read from the cluster. */
export interface FlannelFlags {
  readonly backendType: string | undefined;
  readonly bridge: string;
  /** Bytes. */
  readonly podMtu: number | undefined;
  readonly ipMasq: boolean;
  /** The node's device that flannel sends by. */
  readonly hostInterface: string | undefined;
}

/** Backends of flannel 0.28. */
const BACKENDS = ['vxlan', 'host-gw', 'udp', 'ipip', 'wireguard', 'ipsec', 'alloc', 'extension', 'tencent-vpc'] as const;

/** Names and defaults are KubeSkoop's. */
export const flannelBinder: ConfigBinder<FlannelFlags> = {
  name: 'flannel',
  heading: 'Flannel network plugin',
  bindFlags(flags) {
    flags.add({
      name: 'flannel-backend-type',
      type: 'string',
      options: BACKENDS,
      description: 'Backend of flannel (default: as the cluster says)',
    });
    flags.add({ name: 'flannel-bridge', type: 'string', default: 'cni0', description: "Bridge that the pods' devices are ports of" });
    flags.add({
      name: 'flannel-pod-mtu',
      type: 'integer',
      description: 'MTU that pods should have (default: as the tunnel device allows)',
    });
    flags.add({
      name: 'flannel-ip-masq',
      type: 'boolean',
      default: true,
      description: "flanneld hides pods behind the node's address for the outside (--ip-masq)",
    });
    flags.add({
      name: 'flannel-host-interface',
      type: 'string',
      description: "The node's device that flannel uses (default: as flanneld chose)",
    });
  },
  parse(values) {
    const podMtu = values['flannel-pod-mtu'] as number | undefined;
    const bridge = values['flannel-bridge'] as string;
    const errors: ConfigError[] = [];
    if (podMtu !== undefined && (podMtu < 68 || podMtu > 65535))
      errors.push({ flag: 'flannel-pod-mtu', message: `${String(podMtu)} is no MTU; it must be between 68 and 65535` });
    if (bridge === '') errors.push({ flag: 'flannel-bridge', message: 'a bridge needs a name; the usual one is cni0' });
    if (errors.length > 0) return { ok: false, error: errors };
    return {
      ok: true,
      value: {
        backendType: values['flannel-backend-type'] as string | undefined,
        bridge,
        podMtu,
        ipMasq: values['flannel-ip-masq'] as boolean,
        hostInterface: values['flannel-host-interface'] as string | undefined,
      },
    };
  },
};

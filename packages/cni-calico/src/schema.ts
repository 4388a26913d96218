import type { ConfigBinder } from '@skoop/core';

/** What the user says of Calico; everything left out is read from the cluster. MTUs are in bytes. */
export interface CalicoFlags {
  /** The node's device that routes to other nodes leave by. */
  readonly hostInterface: string | undefined;
  readonly hostMtu: number | undefined;
  /** Of pods whose pool has no IPIP. */
  readonly podMtu: number | undefined;
  /** Of pods whose pool has IPIP. */
  readonly ipipPodMtu: number | undefined;
}

const MTUS = ['calico-host-mtu', 'calico-pod-mtu', 'calico-ipip-pod-mtu'] as const;

/** The names are KubeSkoop's. It took 1500, 1500 and 1480 for MTUs that were not given; here they are what the devices allow. */
export const calicoBinder: ConfigBinder<CalicoFlags> = {
  name: 'calico',
  heading: 'Calico network plugin',
  bindFlags(flags) {
    flags.add({
      name: 'calico-host-interface',
      type: 'string',
      description: "The node's device that routes to other nodes leave by (default: the one with the address that Calico took)",
    });
    flags.add({ name: 'calico-host-mtu', type: 'integer', description: 'MTU that this device should have (default: whatever it has)' });
    flags.add({
      name: 'calico-pod-mtu',
      type: 'integer',
      description: 'MTU that pods should have whose pool has no IPIP (default: as the devices allow)',
    });
    flags.add({
      name: 'calico-ipip-pod-mtu',
      type: 'integer',
      description: 'MTU that pods should have whose pool has IPIP (default: as the devices allow)',
    });
  },
  parse(values) {
    const errors = MTUS.flatMap((flag) => {
      const mtu = values[flag] as number | undefined;
      return mtu === undefined || (mtu >= 68 && mtu <= 65535)
        ? []
        : [{ flag, message: `${String(mtu)} is no MTU; it must be between 68 and 65535` }];
    });
    if (errors.length > 0) return { ok: false, error: errors };
    return {
      ok: true,
      value: {
        hostInterface: values['calico-host-interface'] as string | undefined,
        hostMtu: values['calico-host-mtu'] as number | undefined,
        podMtu: values['calico-pod-mtu'] as number | undefined,
        ipipPodMtu: values['calico-ipip-pod-mtu'] as number | undefined,
      },
    };
  },
};

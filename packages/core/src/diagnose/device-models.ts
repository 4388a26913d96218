import type { DeviceModel, DeviceOutcome, Host } from '@skoop/netstack';
import type { Cluster } from '../cluster/cluster.ts';
import type { ConfiguredCni } from '../health/cni.ts';

const OUTCOMES: ReadonlySet<unknown> = new Set(['carry', 'encapsulate', 'drop', 'unknown']);

/**
 * A plugin's models of the devices of these hosts, each asked about its own host alone. Where a plugin fails, or answers with what is no
 * outcome, the device is *unknown*: it is code of somebody else's, in the middle of a pure walk.
 */
export function deviceModels(hosts: readonly Host[], cluster: Cluster, cni: ConfiguredCni | undefined): readonly DeviceModel[] {
  if (cni?.plugin.devices === undefined) return [];
  const { plugin, config } = cni;
  return hosts.flatMap((host) => {
    try {
      return (plugin.devices?.(host, cluster, config) ?? []).map((model) => guarded(host, model));
    } catch {
      // Which devices it would have claimed, nobody knows: those that the kernel's tables do not show stay unknown without it.
      return [];
    }
  });
}

function guarded(host: Host, { name, ...model }: DeviceModel): DeviceModel {
  return {
    name,
    claims: (namespace, link) => {
      if (host.namespaces.get(namespace.id) !== namespace) return false;
      try {
        return model.claims(namespace, link);
      } catch {
        // Asked to transmit, it says that it is unknown.
        return true;
      }
    },
    transmit: (packet, link, namespace) => {
      try {
        model.claims(namespace, link);
        const outcome: unknown = model.transmit(packet, link, namespace);
        return isOutcome(outcome) ? outcome : unknown(name, link.name, 'its answer is no outcome');
      } catch (error) {
        return unknown(name, link.name, error instanceof Error ? error.message : String(error));
      }
    },
  };
}

function isOutcome(value: unknown): value is DeviceOutcome {
  return typeof value === 'object' && value !== null && OUTCOMES.has((value as { kind?: unknown }).kind);
}

function unknown(model: string, device: string, why: string): DeviceOutcome {
  return { kind: 'unknown', construct: `device ${device}: the model ${model} failed (${why})`, evidence: [] };
}

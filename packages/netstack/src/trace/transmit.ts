import { formatIp } from '../address/ip.ts';
import type { Ip } from '../address/ip.ts';
import type { Link, Mac } from '../namespace/link.ts';
import { linkByName } from '../namespace/lookup.ts';
import type { Packet, TunnelPayload } from '../packet/packet.ts';
import { kindOf } from './devices/index.ts';
import type { DeviceModel } from './device-model.ts';
import type { FabricEdge } from './fabric.ts';
import { deviceChains } from './frame-chains.ts';
import { receive } from './receive.ts';
import { throughProgram } from './program-tunnel.ts';
import { passesPrograms } from './programs.ts';
import { type Outcome, type Place, type Walk, dropped, finding } from './walk.ts';

/** An IP packet with a link-layer destination, on its way out of a device or into one. */
export interface Frame {
  readonly packet: Packet;
  /** The address that the link-layer destination was asked for. */
  readonly nextHop: Ip;
  /** `undefined` where the link has no such addresses, or somebody outside of the model answered. */
  readonly mac: Mac | undefined;
  /** From a permanent neighbour entry, which nobody has confirmed. */
  readonly permanent: boolean;
  /** The address of the device that sent it; unset where somebody on the way may have put his own. */
  readonly source?: Mac | undefined;
  readonly macFrom: TunnelPayload['macFrom'];
  /** The edge behind which somebody unknown answered: where bridges send it. */
  readonly edge?: FabricEdge;
  /** The tag of a VLAN. */
  readonly vlan?: number | undefined;
}

/** Out of a device (linux: `dev_queue_xmit`). */
export function transmit(walk: Walk, place: Place, link: Link, leaving: Frame): Outcome {
  const details = () => ({ device: link.name, destination: formatIp(leaving.packet.dst) });
  if (!link.up) return dropped(place, 'LINK_DOWN', [link.source], details());
  if (!link.carrier) return dropped(place, 'LINK_NO_CARRIER', [link.source], details());
  const filtered = deviceChains(walk, place, link, 'egress', leaving.packet);
  if (filtered.kind === 'stop') return filtered.outcome;
  const frame: Frame = { ...leaving, packet: filtered.packet };
  const opaque = passesPrograms(walk, place, link, 'egress');
  if (opaque !== undefined) return opaque;
  const model = walk.world.devices?.find((candidate) => candidate.claims(place.namespace, link));
  if (model !== undefined) return byModel(walk, place, link, frame, model);
  return kindOf(link.device).transmit(walk, place, link, frame);
}

function byModel(walk: Walk, place: Place, link: Link, frame: Frame, model: DeviceModel): Outcome {
  const outcome = model.transmit(frame.packet, link, place.namespace);
  const construct = `device ${link.name}, by the model ${model.name}`;
  switch (outcome.kind) {
    case 'carry': {
      const namespace = place.host.namespaces.get(outcome.namespace);
      const other = namespace === undefined ? undefined : linkByName(namespace, outcome.device);
      walk.leave(link.name, outcome.packet);
      if (namespace === undefined || other === undefined)
        return { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', [link.source], { construct }) };
      return receive(walk, { host: place.host, namespace }, other, { ...frame, packet: outcome.packet, mac: other.mac });
    }
    case 'encapsulate':
      return throughProgram(walk, place, link, model.name, outcome);
    case 'drop':
      return dropped(place, 'MODEL_DEVICE_DROP', outcome.evidence, { device: link.name, reason: outcome.reason, model: model.name });
    case 'unknown':
      return { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', outcome.evidence, { construct: outcome.construct }) };
    default:
      return outcome satisfies never;
  }
}

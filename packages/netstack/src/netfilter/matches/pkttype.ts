import { missingTopic } from '../../namespace/lookup.ts';
import { frameType } from '../address-type.ts';
import { unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

/** How the frame was addressed; here it follows from the packet's destination. */
export const pkttype: MatchReader = {
  options: { '--pkt-type': 1 },
  read: (options) => {
    const option = options.get('--pkt-type');
    const wanted = option?.values[0] ?? '';
    if (option === undefined || !['unicast', 'broadcast', 'multicast'].includes(wanted)) return undefined;
    return ({ namespace, packet }) => {
      if (missingTopic(namespace, 'routes') !== undefined) return unknown(`pkttype --pkt-type ${wanted} without a routing table`);
      return (frameType(namespace, packet) === wanted) !== option.negated;
    };
  },
};

import { missingTopic } from '../../namespace/lookup.ts';
import { unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

/** IPsec policies. A namespace that has any carries a gap of topic xfrm: they are not modelled. */
export const policy: MatchReader = {
  options: {
    '--dir': 1,
    '--pol': 1,
    '--strict': 0,
    '--next': 0,
    '--reqid': 1,
    '--spi': 1,
    '--proto': 1,
    '--mode': 1,
    '--tunnel-src': 1,
    '--tunnel-dst': 1,
  },
  read: (options) => {
    const wanted = options.value('--pol');
    if (wanted !== 'none' && wanted !== 'ipsec') return undefined;
    return ({ namespace }) => {
      const xfrm = namespace.gaps.some((gap) => gap.topic === 'xfrm') || missingTopic(namespace, 'xfrm') !== undefined;
      return xfrm ? unknown(`policy --pol ${wanted} with IPsec policies`) : wanted === 'none';
    };
  },
};

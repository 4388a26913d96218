import { socketsFor } from '../../matches/socket.ts';
import { fieldsOf } from '../../parse/json.ts';
import { TYPES } from '../data-type.ts';
import type { ExpressionReader } from '../expression.ts';
import { NONE, unknownValue, valueOf } from '../value.ts';

/** The socket that the packet would be given to. Without one the rule ends; its options (transparent, mark, cgroup) are in no dump. */
export const socket: ExpressionReader = (content) => {
  const key = fieldsOf(content)?.['key'];
  if (typeof key !== 'string') return undefined;
  return {
    types: [key === 'mark' ? TYPES.mark : TYPES.boolean],
    evaluate: ({ namespace, packet }) => {
      const sockets = socketsFor(namespace, packet, true);
      if (typeof sockets === 'string') return unknownValue(`nftables ${sockets}`);
      if (sockets.length === 0) return NONE;
      if (key === 'wildcard') return valueOf(sockets.every((found) => found.local === 'any') ? 1 : 0);
      return unknownValue(`nftables socket ${key}`);
    },
  };
};

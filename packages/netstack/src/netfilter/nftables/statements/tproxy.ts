import { missingTopic } from '../../../namespace/lookup.ts';
import { TCP, UDP } from '../../../packet/protocol.ts';
import { fieldsOf } from '../../parse/json.ts';
import { shown } from '../read-expression.ts';
import type { StatementReader } from '../statement.ts';

/** Hands the packet to a proxy's socket. Without one on that port the rule ends; what happens with one is not modelled. */
export const tproxy: StatementReader = (content) => {
  const port = fieldsOf(content)?.['port'];
  const construct = shown({ tproxy: content });
  return {
    kind: 'action',
    apply: ({ namespace, packet }) => {
      if (packet.protocol !== TCP && packet.protocol !== UDP) return { kind: 'break' };
      const wanted = port === undefined ? packet.dport : port;
      const mayListen =
        missingTopic(namespace, 'sockets') !== undefined ||
        typeof wanted !== 'number' ||
        namespace.sockets.some((socket) => socket.protocol === packet.protocol && socket.localPort === wanted);
      return mayListen ? { kind: 'unknown', construct } : { kind: 'break' };
    },
  };
};

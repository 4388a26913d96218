import { UDP } from '../../packet/protocol.ts';
import { all } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';
import { readPorts } from './ports.ts';

export const udp: MatchReader = {
  options: { '--sport': 1, '--dport': 1 },
  read: (options) => {
    const ports = readPorts(options);
    return ports === undefined ? undefined : all([({ packet }) => packet.protocol === UDP, ...ports]);
  },
};

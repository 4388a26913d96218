import { unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';

/** The control group of the socket that sends. A packet without one fits neither way (linux: `xt_cgroup.c`). */
export const cgroup: MatchReader = {
  options: { '--cgroup': 1, '--path': 1 },
  read: (options) =>
    options.names.length !== 1 ? undefined : ({ socket }) => (socket === undefined ? false : unknown('cgroup of a process')),
};

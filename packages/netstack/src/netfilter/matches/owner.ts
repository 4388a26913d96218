import { type Test, all, unknown } from '../logic.ts';
import type { MatchReader } from '../parse/option.ts';
import { readRange, within } from '../parse/values.ts';

/**
 * The socket that sends. A packet without one (forwarded, or made by the kernel) fits if every option given is negated
 * (linux: `xt_owner.c`, `owner_mt`).
 */
export const owner: MatchReader = {
  options: { '--uid-owner': 1, '--gid-owner': 1, '--socket-exists': 0, '--suppl-groups': 0 },
  read: (options) => {
    const uid = options.get('--uid-owner');
    const gid = options.get('--gid-owner');
    const exists = options.get('--socket-exists');
    const uids = readRange(uid?.values[0], 0xffffffff, '-');
    if ((uid !== undefined && uids === undefined) || (gid !== undefined && readRange(gid.values[0], 0xffffffff, '-') === undefined))
      return undefined;
    const given = [uid, gid, exists].filter((option) => option !== undefined);
    if (given.length === 0) return undefined;
    const tests: Test[] = [() => exists?.negated !== true];
    if (uid !== undefined && uids !== undefined)
      tests.push(({ socket }) =>
        socket?.kernel === true
          ? uid.negated
          : socket?.uid === undefined
            ? unknown('owner --uid-owner of an unknown socket')
            : within(uids, socket.uid) !== uid.negated,
      );
    if (gid !== undefined)
      tests.push(({ socket }) => (socket?.kernel === true ? gid.negated : unknown(`owner --gid-owner ${gid.values[0] ?? ''}`)));
    const bySocket = all(tests);
    return (context) => (context.socket === undefined ? given.every((option) => option.negated) : bySocket(context));
  },
};

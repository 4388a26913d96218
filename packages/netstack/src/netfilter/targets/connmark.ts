import type { Options, TargetReader } from '../parse/option.ts';
import { readNumber, xorMasked } from '../parse/values.ts';
import { readChange } from './mark.ts';

/** Masks of `--save-mark` and `--restore-mark`; all bits where none is given. */
function masks(options: Options): { readonly packet: number; readonly connection: number } | undefined {
  const both = options.value('--mask') ?? '0xffffffff';
  const packet = readNumber(options.value('--nfmask') ?? both);
  const connection = readNumber(options.value('--ctmask') ?? both);
  return packet === undefined || connection === undefined ? undefined : { packet, connection };
}

/** The connection's mark, set, copied from the packet's (`--save-mark`) or to it (`--restore-mark`). Without an entry it does nothing. */
export const connmark: TargetReader = {
  tracks: true,
  options: {
    '--set-xmark': 1,
    '--set-mark': 1,
    '--and-mark': 1,
    '--or-mark': 1,
    '--xor-mark': 1,
    '--save-mark': 0,
    '--restore-mark': 0,
    '--mask': 1,
    '--nfmask': 1,
    '--ctmask': 1,
  },
  read: (options) => {
    const actions = options.names.filter((name) => !name.endsWith('mask'));
    const action = actions[0];
    const mask = masks(options);
    if (action === undefined || actions.length > 1 || mask === undefined || options.anyNegated) return undefined;
    if (action === '--save-mark' || action === '--restore-mark')
      return ({ packet, tracking }) => {
        if (tracking.entry === undefined) return { kind: 'continue' };
        const connection = tracking.entry.mark;
        if (action === '--save-mark')
          return { kind: 'continue', connectionMark: xorMasked(connection, { value: packet.mark & mask.packet, mask: mask.connection }) };
        return {
          kind: 'continue',
          packet: { ...packet, mark: xorMasked(packet.mark, { value: connection & mask.connection, mask: mask.packet }) },
        };
      };
    const change = readChange(action, options.value(action));
    if (change === undefined) return undefined;
    return ({ tracking }) =>
      tracking.entry === undefined ? { kind: 'continue' } : { kind: 'continue', connectionMark: xorMasked(tracking.entry.mark, change) };
  },
};

import type { TargetReader } from '../parse/option.ts';
import { type Masked, readMasked, readNumber, xorMasked } from '../parse/values.ts';

/** What each spelling does, as value and mask of `(mark & ~mask) ^ value`. */
export function readChange(name: string, text: string | undefined): Masked | undefined {
  if (name === '--set-xmark') return readMasked(text);
  if (name === '--set-mark') {
    const given = readMasked(text);
    return given === undefined ? undefined : { value: given.value, mask: (given.value | given.mask) >>> 0 };
  }
  const bits = readNumber(text);
  if (bits === undefined) return undefined;
  if (name === '--and-mark') return { value: 0, mask: ~bits >>> 0 };
  if (name === '--or-mark') return { value: bits, mask: bits };
  return name === '--xor-mark' ? { value: bits, mask: 0 } : undefined;
}

export const mark: TargetReader = {
  options: { '--set-xmark': 1, '--set-mark': 1, '--and-mark': 1, '--or-mark': 1, '--xor-mark': 1 },
  read: (options) => {
    const [name, ...more] = options.names;
    const change = name === undefined ? undefined : readChange(name, options.value(name));
    if (change === undefined || more.length > 0 || options.anyNegated) return undefined;
    return ({ packet }) => ({ kind: 'continue', packet: { ...packet, mark: xorMasked(packet.mark, change) } });
  },
};

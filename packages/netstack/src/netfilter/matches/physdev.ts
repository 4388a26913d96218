import type { MatchReader } from '../parse/option.ts';
import { LONGEST_NAME, deviceNamed } from './basic.ts';

/**
 * Bridge ports. Without a bridge's note on the packet every positive option fails and every negated one holds
 * (linux: `xt_physdev.c`, `physdev_mt`). The out port is known for switched packets only.
 */
export const physdev: MatchReader = {
  options: { '--physdev-in': 1, '--physdev-out': 1, '--physdev-is-in': 0, '--physdev-is-out': 0, '--physdev-is-bridged': 0 },
  read: (options) => {
    const all = options.names.map((name) => options.get(name)).filter((option) => option !== undefined);
    if (all.length === 0 || all.some(({ values }) => (values[0] ?? '').length > LONGEST_NAME)) return undefined;
    const isIn = options.get('--physdev-is-in');
    const isOut = options.get('--physdev-is-out');
    const isBridged = options.get('--physdev-is-bridged');
    const inPort = options.get('--physdev-in');
    const outPort = options.get('--physdev-out');
    const fitsIn = deviceNamed(inPort?.values[0] ?? '');
    const fitsOut = deviceNamed(outPort?.values[0] ?? '');
    return ({ bridge }) => {
      if (bridge === undefined) return all.every((option) => option.negated);
      const out = bridge.bridged ? bridge.outPort : undefined;
      if (isBridged !== undefined && (out !== undefined) === isBridged.negated) return false;
      if (isIn !== undefined && (bridge.inPort !== undefined) === isIn.negated) return false;
      if (isOut !== undefined && (out !== undefined) === isOut.negated) return false;
      if (inPort !== undefined && bridge.inPort !== undefined && fitsIn(bridge.inPort) === inPort.negated) return false;
      return outPort === undefined || (out !== undefined && fitsOut(out) !== outPort.negated);
    };
  },
};

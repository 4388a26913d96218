import { type Raw, isRaw } from './raw.ts';

/** The fields of an answer that are read, and no others: what is not named here enters neither the model nor a snapshot. */
export interface Shape {
  readonly [name: string]: Shape | true;
}

/** Reads `Status VpcAttributes(VpcId PrivateIpAddress(IpAddress))`: names, with the names inside of each in brackets. Lists are written as their items. */
export function shape(written: string): Shape {
  const tokens = written.match(/[A-Za-z0-9]+|[()]/g) ?? [];
  let next = 0;
  const fields = (): Shape => {
    const found: Record<string, Shape | true> = {};
    while (next < tokens.length && tokens[next] !== ')') {
      const name = tokens[next++] ?? '';
      if (tokens[next] !== '(') {
        found[name] = true;
        continue;
      }
      next++;
      found[name] = fields();
      next++;
    }
    return found;
  };
  return fields();
}

/** The part of a value that a shape names. */
function cut(value: unknown, wanted: Shape | true): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => cut(item, wanted));
  if (wanted === true) return isRaw(value) ? undefined : value;
  if (!isRaw(value)) return undefined;
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([name, inner]) => {
      const kept = Object.hasOwn(value, name) ? cut(value[name], inner) : undefined;
      return kept === undefined || kept === null ? [] : [[name, kept] as const];
    }),
  );
}

export function cutRaw(value: Raw, wanted: Shape): Raw {
  return cut(value, wanted) as Raw;
}

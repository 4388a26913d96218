/** Parameters of a call: a list becomes `Name.1`, `Name.2`; what is `undefined` is left out. */
export type Params = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export function flatten(params: Params): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]): (readonly [string, string])[] => {
      if (value === undefined) return [];
      if (typeof value === 'object') return value.map((item, index) => [`${name}.${String(index + 1)}`, item] as const);
      return [[name, String(value)]];
    }),
  );
}

/** One text for equal parameters, whatever their order: the key under which an answer is kept. */
export function keyOf(params: Params): string {
  return Object.entries(params)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? [...value].sort().join(',') : String(value)}`)
    .sort()
    .join('&');
}

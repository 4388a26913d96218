/** Ports `from` to `to`, both in it. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** `any`: `-1/-1` or nothing. `undefined`: it can't be read. */
export function parsePorts(text: string): PortRange | 'any' | undefined {
  if (text === '' || text === '-1/-1' || text === '-1') return 'any';
  const found = /^(\d{1,5})(?:[/-](\d{1,5}))?$/.exec(text.trim());
  if (found === null) return undefined;
  const from = Number(found[1]);
  const to = Number(found[2] ?? found[1]);
  return from <= to && to <= 65535 ? { from, to } : undefined;
}

export function inRange({ from, to }: PortRange, port: number): boolean {
  return from <= port && port <= to;
}

/** A whole number, decimal or 0x…; `undefined` where the text is none. */
export function parseWhole(text: string): number | undefined {
  if (!/^(\d+|0x[0-9a-f]+)$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

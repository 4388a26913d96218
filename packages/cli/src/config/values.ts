import type { FlagValues, Level } from '@skoop/core';

/** Reading of resolved values, by the type that their flag declares. */
export function textOf(values: FlagValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(values: FlagValues, name: string): number | undefined {
  const value = values[name];
  return typeof value === 'number' ? value : undefined;
}

export function isSet(values: FlagValues, name: string): boolean {
  return values[name] === true;
}

export function listOf(values: FlagValues, name: string): readonly string[] {
  const value = values[name];
  if (Array.isArray(value)) return (value as readonly string[]).flatMap((item) => item.split(',')).filter((item) => item !== '');
  return [];
}

/** `--fail-on`, as it is written on the command line; its flag lists what there is. */
export function levelOf(text: string | undefined, standard: Level): Level {
  const level = text?.toUpperCase();
  return level === 'INFO' || level === 'WARNING' || level === 'CRITICAL' || level === 'FATAL' ? level : standard;
}

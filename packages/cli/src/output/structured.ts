import { usageError } from '../errors/usage-error.ts';

export type StructuredFormat = 'text' | 'json' | 'yaml';

/** `-o` of a command that prints a small table or document. */
export function structuredFormat(text: string | undefined): StructuredFormat {
  if (text === undefined || text === 'text' || text === 'wide') return 'text';
  if (text === 'json' || text === 'yaml') return text;
  throw usageError(`-o ${text}: there is no such format here`, 'There are text, json and yaml.');
}

export async function renderData(data: unknown, format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return `${JSON.stringify(data, null, 2)}\n`;
  const { stringify } = await import('yaml');
  return stringify(data);
}

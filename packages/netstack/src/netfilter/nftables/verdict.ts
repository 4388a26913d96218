import type { TargetResult } from '../model.ts';
import { fieldsOf, textOf } from '../parse/json.ts';

/** What ends a rule, or stands in a map: `{"goto": {"target": "x"}}`. */
export function readVerdict(name: string, content: unknown): TargetResult | undefined {
  switch (name) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      return { kind: name };
    case 'jump':
    case 'goto': {
      const chain = textOf(fieldsOf(content)?.['target']);
      return chain === undefined ? undefined : { kind: name, chain };
    }
    default:
      return undefined;
  }
}

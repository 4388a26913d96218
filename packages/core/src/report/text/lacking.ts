import type { Collected } from '../diagnosis.ts';
import { type Page, wrap } from './page.ts';

/** What the answer could not rest on. */
export function lacking(page: Page, { collected }: { readonly collected: Collected }): readonly string[] {
  if (collected.missing.length === 0) return [];
  return ['', page.paint.bold('NOT COLLECTED'), ...collected.missing.flatMap(({ what, why }) => wrap(`${what}: ${why}`, page.width, 2, 4))];
}

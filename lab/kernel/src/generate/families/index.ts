import type { Family } from '../family.ts';
import { router } from './router.ts';

/** Every family, by its name. One more is one file and one line here. */
export const FAMILIES: readonly Family[] = [router];

import type { Family } from '../family.ts';
import { router4, router6 } from './router.ts';

/** Every family, by its name. One more is one file and one line here. */
export const FAMILIES: readonly Family[] = [router4, router6];

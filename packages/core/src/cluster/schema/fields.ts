import * as z from 'zod';

/** The API leaves out what is empty; some tools write `null` there. Both mean the same. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
export const whole = z
  .number()
  .int()
  .nullish()
  .transform((value) => value ?? 0);
export const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
export const textMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

/** A text with a default that the API server would have filled in. */
export function textOr(value: string) {
  return z
    .string()
    .nullish()
    .transform((given) => (given === undefined || given === null || given === '' ? value : given));
}

export function flagOr(value: boolean) {
  return z
    .boolean()
    .nullish()
    .transform((given) => given ?? value);
}

export function listOf<S extends z.ZodType>(item: S) {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
}

export const conditions = listOf(z.object({ type: z.string(), status: text, reason: text, message: text }));

/** What an object may leave out as a whole: `spec`, `status`. */
export function part<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => value ?? {}, schema);
}

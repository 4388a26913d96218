/** Lets so many calls of one kind run at once; the others wait in their order. */
export function gates<K>(atOnce: number): <T>(kind: K, call: () => Promise<T>) => Promise<T> {
  const running = new Map<K, number>();
  const waiting = new Map<K, (() => void)[]>();
  return async (kind, call) => {
    const count = running.get(kind) ?? 0;
    if (count < atOnce) running.set(kind, count + 1);
    else
      await new Promise<void>((resolve) => {
        waiting.set(kind, [...(waiting.get(kind) ?? []), resolve]);
      });
    try {
      return await call();
    } finally {
      const [next, ...rest] = waiting.get(kind) ?? [];
      waiting.set(kind, rest);
      // A place that is free goes to the next one without being counted anew.
      if (next === undefined) running.set(kind, (running.get(kind) ?? 1) - 1);
      else next();
    }
  };
}

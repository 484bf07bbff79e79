/**
 * Does some work for each item, a few at a time. The first failure stops the others, and is thrown when all have stopped.
 *
 * @returns what each came to, in the order of the items
 */
export async function atOnce<T, R>(
  items: readonly T[],
  { few, signal }: { readonly few: number; readonly signal: AbortSignal },
  work: (item: T, index: number, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failing = new AbortController();
  const failures: unknown[] = [];
  const either = AbortSignal.any([signal, failing.signal]);
  const waiting = items.entries();
  const hand = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      if (either.aborted) return;
      try {
        results[index] = await work(item, index, either);
      } catch (error) {
        failures.push(error);
        failing.abort(error);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: few }, hand));
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  return results;
}

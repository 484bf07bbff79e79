/** Does something with each of many, at most so many at once, and hands the results on in their order. */
export async function* ahead<T, R>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<readonly [T, R]> {
  const begun: Promise<readonly [T, R]>[] = [];
  for await (const item of items) {
    const one = work(item).then((result) => [item, result] as const);
    // It is waited for later: until then nobody has seen that it failed.
    one.catch(() => undefined);
    begun.push(one);
    const first = begun.length >= atOnce ? begun.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const one of begun) yield await one;
}

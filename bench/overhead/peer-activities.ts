/** The same no-op as the pipelines' step. */
export function noop({ n }: { n: number }): Promise<{ n: number }> {
  return Promise.resolve({ n });
}

/** Park & Miller's generator (1988): exact in doubles, so that the scripts in Python draw the same. From 0 to 1. */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

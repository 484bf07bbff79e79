import type { RowDraw } from './shared';

// Looked up once: in a sandbox, as tests run in, looking up a global costs more than what is done with it for a row.
const { imul } = Math;

/**
 * Marks which of the rows from `first` to before `last` a tree is grown on. Each row is drawn by itself, from seed,
 * tree and row number alone: the same rows whatever the chunks and threads.
 *
 * @param tree number of the tree, from 0
 */
export function drawRows(
  { share, seed }: RowDraw,
  tree: number,
  isDrawn: Uint8Array,
  first: number,
  last: number,
): void {
  if (share >= 1) return;
  const limit = share * 2 ** 32;
  // A seed may be larger than 32 bits: both halves count.
  const start = mix(mix(mix(Math.floor(seed / 2 ** 32)) ^ seed) ^ tree);
  for (let row = first; row < last; row++) isDrawn[row] = Number(mix(start ^ mix(row)) < limit);
}

/** A bijection of 32-bit integers that scatters them (the finaliser of MurmurHash3, Appleby 2011, after a step off 0). */
function mix(value: number): number {
  let h = (value + 0x9e3779b9) | 0;
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

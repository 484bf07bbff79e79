import type { BinnedRows, Places } from './bins';

/** What the chunks of rows are told to do next. */
export const COMMAND = { beginTree: 1, split: 2, endBoosting: 3, stop: 4 } as const;

/** Places in the control array. */
export const CONTROL = {
  generation: 0,
  nextChunk: 1,
  done: 2,
  failed: 3,
  command: 4,
  leaf: 5,
  newLeaf: 6,
  feature: 7,
  /** The leaf, of the two, whose histogram is asked for. */
  histogramOf: 8,
  /** Leaves of the tree that is being ended. */
  leaves: 9,
  /** Number of the tree that begins. */
  tree: 10,
  size: 16,
} as const;

/** Numbers in a histogram bin: sum of gradients, sum of hessians, rows. */
export const BIN_WIDTH = 3;

/** Sizes and memory that every thread of a training sees. Plain data: it travels to a thread as it is. */
export interface SharedState {
  readonly rows: number;
  readonly features: number;
  /** Rows are cut into this many chunks by their number alone, so sums are added in one order whatever the threads. */
  readonly chunks: number;
  readonly chunkRows: number;
  /** First place of each feature in a histogram; the last entry is the number of places in all. */
  readonly binStarts: readonly number[];
  readonly control: Int32Array;
  /** Places in a histogram, row by row. */
  readonly places: Places;
  readonly labels: Uint8Array;
  /** Log-odds by row. */
  readonly scores: Float64Array;
  /** Gradient and hessian of the log loss by row, interleaved. */
  readonly gradients: Float32Array;
  /** Row numbers, within each chunk ordered by leaf. */
  readonly order: Uint32Array;
  /** Where a leaf's rows begin and end in `order`, by leaf and chunk. */
  readonly begins: Uint32Array;
  readonly ends: Uint32Array;
  /** One histogram a chunk. */
  readonly histograms: Float64Array;
  /** Sum of the log loss by chunk. */
  readonly losses: Float64Array;
  /** By place: 1 where rows with that bin of the feature that is split on go left. */
  readonly goesLeft: Uint8Array;
  readonly leafValues: Float64Array;
  /** How each tree's rows are drawn. */
  readonly draw: RowDraw;
  /** By row: 1 where the tree that grows is fitted on it. The others are only led to their leaves. */
  readonly isDrawn: Uint8Array;
}

/** Which share of the rows each tree is grown on, and the seed of the draw. */
export interface RowDraw {
  readonly share: number;
  readonly seed: number;
}

const CHUNK_ROWS = 32_768;
const MOST_CHUNKS = 64;
const HISTOGRAM_BYTES = 128 * 2 ** 20;

/** Lays out the memory of a training. Depends on the data alone, never on the number of threads. */
export function layOut(binned: BinnedRows, rows: number, leaves: number, draw: RowDraw): SharedState {
  const { binStarts, places } = binned;
  const allBins = binStarts[binStarts.length - 1] ?? 0;
  const width = allBins * BIN_WIDTH;
  const affordable = Math.max(1, Math.floor(HISTOGRAM_BYTES / (8 * width)));
  const chunks = Math.max(1, Math.min(MOST_CHUNKS, affordable, evenly(Math.ceil(rows / CHUNK_ROWS))));
  return {
    rows,
    features: binned.features.length,
    chunks,
    chunkRows: Math.ceil(rows / chunks),
    binStarts,
    control: new Int32Array(new SharedArrayBuffer(CONTROL.size * 4)),
    places,
    labels: new Uint8Array(new SharedArrayBuffer(rows)),
    scores: new Float64Array(new SharedArrayBuffer(rows * 8)),
    gradients: new Float32Array(new SharedArrayBuffer(rows * 8)),
    order: new Uint32Array(new SharedArrayBuffer(rows * 4)),
    begins: new Uint32Array(new SharedArrayBuffer(leaves * chunks * 4)),
    ends: new Uint32Array(new SharedArrayBuffer(leaves * chunks * 4)),
    histograms: new Float64Array(new SharedArrayBuffer(chunks * width * 8)),
    losses: new Float64Array(new SharedArrayBuffer(chunks * 8)),
    goesLeft: new Uint8Array(new SharedArrayBuffer(allBins)),
    leafValues: new Float64Array(new SharedArrayBuffer(leaves * 8)),
    draw,
    isDrawn: new Uint8Array(new SharedArrayBuffer(rows)).fill(1),
  };
}

/** Chunks that two or four threads can share without one having more to do. */
function evenly(chunks: number): number {
  return chunks > 4 ? 4 * Math.ceil(chunks / 4) : chunks;
}

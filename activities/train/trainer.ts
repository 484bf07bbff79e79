import type { EncodedColumn, FittedFeatures } from './features/encoded';
import type { LabelledRows } from './features/read-features';

/** What a trainer is told beside its parameters. */
export interface FitOptions {
  /** Threads it may use. The model does not depend on it. */
  readonly threads: number;
  /** Where chance is used, it starts here. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** How far it is: rounds done of rounds in all, with the log loss on the training rows. */
  progress(round: number, rounds: number, logLoss: number): void;
}

/** A model as its trainer knows it. */
export interface FittedModel {
  /** Mean log loss on the training rows after the last round. */
  readonly trainingLogLoss: number;
  /** Probability of each training row. */
  readonly trainingProbabilities: Float64Array;
  /** By feature name; adds up to 1, or is 0 throughout when nothing was learnt. */
  readonly importances: Readonly<Record<string, number>>;
  /** Probability by row, from encoded features: the reference that the exported graph has to reproduce. */
  predict(columns: readonly EncodedColumn[], rows: number): Float64Array;
  /** ONNX bytes with all preprocessing inside: the same model gives the same bytes. */
  toOnnx(): Uint8Array;
}

/**
 * Fits a binary classifier on encoded rows. May block its thread for long: it runs in a process of its own.
 * Same rows, parameters and seed: the same model to the bit, whatever the number of threads.
 */
export interface Trainer<Parameters> {
  readonly name: string;
  fit(data: LabelledRows, features: FittedFeatures, parameters: Parameters, options: FitOptions): Promise<FittedModel>;
}

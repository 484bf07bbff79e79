import { z } from 'zod';
import { step } from '../core';
import { FeatureSpec, Label } from './features';
import { Dataset, ModelArtifact, Report } from './types';

export const GbdtParameters = z.object({
  trees: z.int().min(1).max(5_000).default(100),
  leaves: z.int().min(2).max(1_024).default(31),
  learningRate: z.number().gt(0).max(1).default(0.1),
  minRowsInLeaf: z.int().min(1).default(20),
  lambda: z.number().min(0).default(1),
  bins: z.int().min(2).max(255).default(255),
});
export type GbdtParameters = z.infer<typeof GbdtParameters>;

export const LinearParameters = z.object({
  epochs: z.int().min(1).max(1_000).default(20),
  l2: z.number().min(0).default(1e-6),
});
export type LinearParameters = z.infer<typeof LinearParameters>;

export const TrainerChoice = z.discriminatedUnion('name', [
  z.object({ name: z.literal('gbdt'), parameters: GbdtParameters.prefault({}) }),
  z.object({ name: z.literal('linear'), parameters: LinearParameters.prefault({}) }),
]);
export type TrainerChoice = z.infer<typeof TrainerChoice>;

/** What a trained model is, beside its ONNX bytes. */
export const TrainOutput = z.object({
  model: ModelArtifact,
  trainer: z.string(),
  rows: z.int(),
  positives: z.int(),
  /** Log loss on the training rows after the last round. */
  trainingLogLoss: z.number(),
  /** Reference profile of the raw feature columns and of the scores on the training rows (JSON artifact): what drift is measured against. */
  reference: Report,
  /** Gain share by feature, adding up to 1. */
  importances: z.record(z.string(), z.number()),
});

/** Fits one trainer in a child process and exports ONNX with all preprocessing inside. Same input and seed: same bytes. */
export const train = step('train', {
  input: z.object({
    dataset: Dataset,
    features: FeatureSpec,
    label: Label,
    trainer: TrainerChoice,
    seed: z.int().default(1),
    threads: z.int().min(1).max(64).default(2),
  }),
  output: TrainOutput,
  pool: 'cpu',
  timeout: '2h',
  heartbeat: '30s',
  isolate: true,
});

import { z } from 'zod';

/** An instant: ISO 8601 in UTC with milliseconds, `2001-02-01T00:00:00.000Z`. Two of them compare as text. */
export const Instant = z.iso.datetime({ precision: 3 });

/** A half-open time interval `[from, to)`, UTC. */
export const Window = z
  .object({ from: Instant, to: Instant })
  .refine((w) => w.from < w.to, { error: 'a window must end after it begins' });
export type Window = z.infer<typeof Window>;

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex');

/** Digest of a data set version (Parquet). */
export const Dataset = digest.brand<'Dataset'>();
export type Dataset = z.infer<typeof Dataset>;

/** Digest of a model artifact (ONNX). */
export const ModelArtifact = digest.brand<'ModelArtifact'>();
export type ModelArtifact = z.infer<typeof ModelArtifact>;

/** Digest of a report (HTML or JSON). */
export const Report = digest.brand<'Report'>();
export type Report = z.infer<typeof Report>;

import { z } from 'zod';

/** Rows to ask a model, with the answers that it must give (for instance those of the trainer). */
export const Golden = z.object({
  rows: z.array(z.record(z.string(), z.union([z.number(), z.string(), z.null()]))).max(10_000),
  probabilities: z.array(z.number()),
});
export type Golden = z.infer<typeof Golden>;

/** Rows of the probe's largest run: the most that one request may bring. */
export const PROBE_ROWS = 1_000;

/** What the parent asks of the child before the model's bytes follow on stdin. */
export const ProbeOrder = z.object({ golden: Golden.nullable(), timeMs: z.number() });
export type ProbeOrder = z.infer<typeof ProbeOrder>;

const Column = z.object({ name: z.string(), type: z.enum(['number', 'text', 'timestamp']) });

/** What the child found. Times in milliseconds. */
export const ProbeFindings = z.object({
  inputs: z.array(Column),
  nodes: z.int(),
  constantBytes: z.number(),
  operatorSets: z.record(z.string(), z.number()),
  loadMs: z.number(),
  rowMs: z.number(),
  slowestMs: z.number(),
  goldenRows: z.int(),
  goldenDifference: z.number().nullable(),
});
export type ProbeFindings = z.infer<typeof ProbeFindings>;

/** The child's one message. */
export const ProbeAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('admitted'), findings: ProbeFindings }),
  z.object({ type: z.literal('refused'), code: z.string(), detail: z.string() }),
]);
export type ProbeAnswer = z.infer<typeof ProbeAnswer>;

// Danger: an example of docs/STEPS.md that does not compile. Each stands here as it stands there (a unit test compares
// them, spaces and imports aside).
import { z } from 'zod';
import { type Graph, implement, type Ref, step } from '../../core';
import { Dataset, ModelArtifact } from '../../steps';

export const fit = step('fit', {
  input: z.object({ dataset: Dataset, seed: z.int(), rounds: z.int().default(100) }),
  output: z.object({ model: ModelArtifact, auc: z.number() }),
  pool: 'gpu',
  timeout: '2h',
  heartbeat: '30s',
  retry: { attempts: 5, firstDelay: '10s', never: ['BadDataset'] },
  isolate: true,
});
export const best = step('best', {
  input: z.array(z.object({ model: ModelArtifact, auc: z.number() })),
  output: z.object({ model: ModelArtifact, auc: z.number() }),
  light: true,
});
export const announce = step('announce', { input: z.object({ text: z.string() }), output: z.null(), cache: false });

declare const g: Graph;
declare const dataset: Ref<z.output<typeof Dataset>>;

g.run(
  fit,
  { dataset, seed: 1 },
  { id: 'final', timeout: '6h', retry: { attempts: 1 }, priority: 1, tags: ['team:risk'] },
);

declare function train(
  parquet: string,
  options: { seed: number; rounds: number },
  onRound: (round: number) => void,
): Promise<{ onnx: Uint8Array; auc: number }>;

export const gpuSteps = implement(
  { fit },
  {
    async fit({ dataset, seed, rounds }, ctx) {
      const parquet = await ctx.artifacts.pathOf(dataset);
      const { onnx, auc } = await train(parquet, { seed, rounds }, (round) => {
        ctx.signal.throwIfAborted();
        ctx.progress({ round });
      });
      ctx.log.info({ auc, device: ctx.device }, 'trained');
      return { model: await ctx.artifacts.putBytes(onnx, 'model'), auc };
    },
  },
);

import type { z } from 'zod';
import { canonicalJson } from '../../core/plan/json';
import type { StepContext } from '../../core/define/context';
import type { train, TrainerChoice } from '../../steps/train';
import { JsonValue } from '../run-step/json-value';
import type { FittedFeatures } from './features/encoded';
import { fitFeatures } from './features/fit-features';
import { withParquet } from './features/parquet';
import { type LabelledRows, readLabelled, requireLearnable } from './features/read-features';
import { gbdt } from './gbdt/trainer';
import { linear } from './linear/trainer';
import { describeRows, describeRules } from './reference';
import { checkExport } from './self-check';
import type { FitOptions, FittedModel } from './trainer';

type TrainInput = z.output<typeof train.input>;
type TrainResult = z.input<typeof train.output>;

/**
 * Reads a data set, fits the chosen trainer, exports ONNX, checks that the export answers as the trainer does, and
 * stores model, reference profile and golden rows. Rows without a label are left out.
 *
 * @throws PER_MODEL_001 to PER_MODEL_009, PER_DATA_089, PER_DATA_090
 */
export async function trainModel(input: TrainInput, context: StepContext): Promise<TrainResult> {
  const { label, threads, trainer } = input;
  const path = await context.artifacts.pathOf(input.dataset);
  return withParquet(path, threads, async (file) => {
    const features = await fitFeatures(file, input.features, label);
    const data = await readLabelled(file, features, { label, every: 1 });
    requireLearnable(data, label);
    context.log.info({ trainer: trainer.name, rows: data.rows, positives: data.positives }, 'training begins');
    const model = await fit(trainer, data, features, optionsFor(input, context));
    const onnx = model.toOnnx();
    const { difference, golden } = await checkExport(file, features, label, data.rows, model, onnx);
    context.log.info({ trainingLogLoss: model.trainingLogLoss, bytes: onnx.length, difference }, 'model exported');
    const reference = canonicalJson(JsonValue.parse(describeRows(features, data, model.trainingProbabilities)));
    const fitted = describeRules(features);
    return {
      model: await context.artifacts.putBytes(onnx, 'model'),
      reference: await context.artifacts.putBytes(Buffer.from(reference, 'utf8'), 'report'),
      trainer: trainer.name,
      rows: data.rows,
      positives: data.positives,
      trainingLogLoss: model.trainingLogLoss,
      importances: { ...model.importances },
      ...(Object.keys(fitted).length > 0 ? { fitted } : {}),
      golden: await context.artifacts.putBytes(Buffer.from(canonicalJson(golden), 'utf8'), 'json'),
    };
  });
}

function fit(
  choice: TrainerChoice,
  data: LabelledRows,
  features: FittedFeatures,
  options: FitOptions,
): Promise<FittedModel> {
  if (choice.name === 'gbdt') return gbdt.fit(data, features, choice.parameters, options);
  return linear.fit(data, features, choice.parameters, options);
}

function optionsFor({ threads, seed }: TrainInput, context: StepContext): FitOptions {
  return {
    threads,
    seed,
    signal: context.signal,
    progress: (round, rounds, logLoss) => {
      context.progress({ round, rounds, logLoss });
    },
  };
}

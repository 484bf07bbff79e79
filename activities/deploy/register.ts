import type { z } from 'zod';
import type { Signature } from '../../core/signature';
import type { register as contract } from '../../steps/deploy';
import type { FeatureSpec } from '../../steps/features';
import { createModelVersion } from '../../store/models/create-model-version';
import type { EngineContext } from '../run-step/context';
import { JsonValue } from '../run-step/json-value';
import { admit, Golden } from './admission';

type Input = z.output<typeof contract.input>;

/**
 * Admits a trained model, which has to answer the training's golden rows as its trainer did, and gives it the model's next version number. Registering is a row of its own, keyed by run
 * and node: a retry finds it and gives the same number.
 *
 * @throws PER_MODEL_050 to PER_MODEL_060 when admission refuses the file
 */
export async function registerModel(input: Input, ctx: EngineContext): Promise<{ model: string; version: number }> {
  const { model, trained, evaluation, features, trainedOn, occasion } = input;
  ctx.progress({ doing: 'admission' });
  const golden = Golden.parse(JSON.parse((await ctx.artifacts.read(trained.golden)).toString('utf8')));
  const admitted = await admit(await ctx.artifacts.read(trained.model), golden.rows.length > 0 ? { golden } : {});
  const { inputs, probe, goldenRows, goldenDifference } = admitted;
  const eventTime = input.eventTime ?? calendarColumn(features);
  const signature: Signature = { inputs, output: 'probability', probe, ...(eventTime === null ? {} : { eventTime }) };
  const { trainingLogLoss, importances, rows: trainingRows, positives: trainingPositives, fitted } = trained;
  const version = await createModelVersion(ctx.db, {
    model,
    artifact: trained.model,
    trainer: trained.trainer,
    signature: JsonValue.parse(signature),
    metrics: {
      ...evaluation.candidate,
      trainingLogLoss,
      importances,
      trainingRows,
      trainingPositives,
      ...(fitted === undefined ? {} : { fitted }),
    },
    evaluation,
    reference: trained.reference,
    trainedFrom: trainedOn.from,
    trainedTo: trainedOn.to,
    eventTime: occasion.at,
    run: ctx.run,
    address: ctx.address,
  });
  ctx.log.info(
    { model, version, artifact: trained.model, goldenRows, goldenDifference },
    'a model version was registered',
  );
  return { model, version };
}

/** The one timestamp column that calendar features read; null when there is none or more than one. */
function calendarColumn(features: FeatureSpec): string | null {
  const columns = new Set(features.features.flatMap((f) => (f.kind === 'calendar' ? [f.column] : [])));
  const [only] = columns;
  return columns.size === 1 && only !== undefined ? only : null;
}

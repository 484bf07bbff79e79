import type { Command } from 'commander';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { predictionRows } from '../arguments/prediction-rows';
import { describeModel } from '../describe-model';
import { act, CommonOptions, table, verb } from '../frame';
import { resolveSettings } from '../settings';
import { postPredictions } from '../post-predictions';
import { predictionNotes } from '../views/prediction-notes';

const Options = CommonOptions.extend({ rows: z.string({ error: '--rows is missing' }) });

/** `perennial predict <model>`: asks the serving process, as any client would. */
export function registerPredict(program: Command): void {
  verb(program, 'predict <model>', 'ask the champion of a model for predictions; they are logged like any others')
    .option('--rows <rows>', 'a list of rows as JSON, features by name, or @file with it (@- reads standard input)')
    .addHelpText(
      'after',
      `
Examples:
  perennial predict flight-delays --rows @rows.json
  perennial predict flight-delays --rows '[{"date": "2001-02-01T17:30:00Z", "distance": 405, "origin": "ORD", "destination": "MSP"}]'
Rows without their event time, and features that are null, are named on stderr (the first row is row 0).`,
    )
    .action(
      act(async (frame) => {
        const { rows, ...flags } = frame.options(Options);
        const body = predictionRows(rows);
        const { settings } = resolveSettings(flags);
        if (settings.servingUrl === null) {
          throw perennialError(
            'PER_STACK_008',
            settings.preview === null
              ? `No stack runs in ${settings.state} and PERENNIAL_SERVING_URL is not set.`
              : `PERENNIAL_PREVIEW_SERVING_URL, the address that \`perennial serve\` in the preview '${settings.preview}' says, is not set.`,
          );
        }
        const target = { url: settings.servingUrl, token: settings.token };
        const model = frame.argument(0);
        const answer = await postPredictions(target, model, body);
        const described = await describeModel(target, model);
        if (described !== null) for (const note of predictionNotes(described, body)) frame.note(note);
        frame.result(answer, ({ version, logged, predictions }) =>
          [
            `${model} v${version}${logged ? '' : ' (not logged)'}`,
            table(
              ['probability', 'prediction'],
              predictions.map((p) => [p.probability.toFixed(4), p.id]),
            ),
          ].join('\n'),
        );
        return undefined;
      }),
    );
}

import { z } from 'zod';
import { cron, eq, implement, model, Occasion, pipeline, step } from '../../../core';
import type { EngineContext } from '../../../activities/run-step/context';
import { decline, deploy } from '../../../steps';
import { recordArtifact } from '../../../store/artifacts';
import { createModelVersion } from '../../../store/models/create-model-version';

const Outcome = z.enum(['deploy', 'decline', 'fail']);

/** Stands where training and registration would: gives the model its next version, or fails. */
const makeVersion = step('make-version', {
  input: z.object({ model: z.string(), occasion: Occasion, outcome: Outcome }),
  output: z.object({ version: z.int() }),
  pool: 'cpu',
  timeout: '30s',
  retry: { attempts: 1 },
  cache: false,
});

export const toySteps = implement(
  { makeVersion },
  {
    async makeVersion({ model: name, occasion, outcome }, ctx: EngineContext) {
      if (outcome === 'fail') throw new Error('the rows are gone');
      const artifact = 'a'.repeat(64);
      await recordArtifact(ctx.db, { digest: artifact, kind: 'model', bytes: 1 });
      const version = await createModelVersion(ctx.db, {
        model: name,
        artifact,
        trainer: 'none',
        signature: {},
        metrics: {},
        evaluation: {},
        reference: artifact,
        trainedFrom: occasion.at,
        trainedTo: occasion.at,
        eventTime: occasion.at,
        run: ctx.run,
        address: ctx.address,
      });
      return { version };
    },
  },
);

const config = z.object({ model: z.string(), outcome: Outcome.default('deploy'), occasion: Occasion });

/** Makes a version and hands it over, or lets the gate refuse it. */
export const toyRetrain = pipeline('toy-retrain', {
  config,
  graph(g, { model: name, outcome, occasion }) {
    const { version } = g.run(makeVersion, { model: name, occasion, outcome });
    const handover = { model: name, version, occasion, reason: 'better by 0.01' };
    return g.branch('gate', eq(outcome, 'deploy'), {
      then: () => g.run(deploy, handover),
      else: () => g.run(decline, handover),
    });
  },
});

/** The same after a person's word, so that a test decides when it goes on. */
export const toyWaiting = pipeline('toy-waiting', {
  config,
  graph(g, { model: name, outcome, occasion }) {
    const go = g.approval('go', { show: { model: name } });
    const { version } = g.run(makeVersion, { model: name, occasion, outcome }, { after: go });
    return g.run(deploy, { model: name, version, occasion, reason: 'better by 0.01' });
  },
});

/** In no worker's project: a run of it cannot even resolve its plan. */
export const toyUnknown = pipeline('toy-unknown', {
  config,
  graph: (g, { model: name, outcome, occasion }) => g.run(makeVersion, { model: name, occasion, outcome }),
});

const rest = {
  schedule: cron('0 2 * * *'),
  monitors: [],
  policy: { cooldown: '14d' },
  serving: { features: { features: [] } },
} as const;

export const toyModels = [
  model('deploys', { ...rest, retrain: toyRetrain, config: { model: 'deploys' }, clock: 'event' }),
  model('declines', { ...rest, retrain: toyRetrain, config: { model: 'declines', outcome: 'decline' } }),
  model('fails', { ...rest, retrain: toyRetrain, config: { model: 'fails', outcome: 'fail' } }),
  model('waits', { ...rest, retrain: toyWaiting, config: { model: 'waits' } }),
  model('waits-too', { ...rest, retrain: toyWaiting, config: { model: 'waits-too' } }),
  model('asks', { ...rest, retrain: toyWaiting, config: { model: 'asks' } }),
  model('unknown', { ...rest, retrain: toyUnknown, config: { model: 'unknown' } }),
  model('long-lived', { ...rest, retrain: toyRetrain, config: { model: 'long-lived' } }),
];

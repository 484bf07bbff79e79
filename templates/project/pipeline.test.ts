import assert from 'node:assert/strict';
import { test } from 'node:test';
import { implement } from 'perennial-ml';
import { collect, decline, deploy, evaluate, findChampion, register, split, train } from 'perennial-ml/steps';
import { runLocal } from 'perennial-ml/testing';
import { trainChurn } from './pipeline';
import { cpuSteps } from './steps.cpu';
import { gpuSteps } from './steps.gpu';

const digest = 'a'.repeat(64);
const occasion = { decisionId: 'd1', cause: 'person', at: '2026-02-01T00:00:00.000Z', window: null };

/** The steps that need data and servers, as a test wants them; this project's own run as they are. */
function fakes(passes: boolean) {
  const difference = { mean: passes ? -0.1 : 0.1, low: -0.2, high: 0.2 };
  const quality = {
    ...{ rows: 500, positives: 100, logLoss: 0.4, brier: 0.1, rocAuc: 0.8, meanPrediction: 0.2, baseRate: 0.2 },
    ...{ calibrationError: 0.01, gains: null },
  };
  return implement(
    { collect, split, train, findChampion, evaluate, register, deploy, decline },
    {
      collect: ({ window }) => ({ dataset: digest, rows: 2_000, from: window.from, to: window.to }),
      split: () => ({ train: digest, test: digest, trainRows: 1_500, testRows: 500 }),
      train: ({ trainer }) => ({
        ...{ model: digest, trainer: trainer.name, rows: 1_500, positives: 300, trainingLogLoss: 0.4 },
        ...{ reference: digest, importances: { calls: 0.6, months: 0.4 }, golden: digest },
      }),
      findChampion: () => ({ version: null, artifact: null }),
      evaluate: () => ({
        ...{ candidate: quality, baseline: quality, champion: null, passes, reason: 'as the test wants it' },
        ...{ versusBaseline: difference, versusChampion: null, provider: 'cpu', providerNote: '' },
      }),
      register: ({ model }) => ({ model, version: 1 }),
      deploy: ({ version }) => ({ handed: true, version }),
      decline: ({ version }) => ({ handed: false, version }),
    },
  );
}

void test('a model that is better is handed to the keeper', async () => {
  const run = await runLocal(trainChurn, { occasion }, { steps: [fakes(true), cpuSteps, gpuSteps] });
  assert.deepEqual(run.value(), { handed: true, version: 1 });
});

void test('a model that is no better is declined', async () => {
  const run = await runLocal(trainChurn, { occasion }, { steps: [fakes(false), cpuSteps, gpuSteps] });
  assert.deepEqual(run.value(), { handed: false, version: 1 });
});

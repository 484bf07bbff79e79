// Danger: a model file that admission refuses leaves half a version behind, is rolled out all the same, or is lost, so
// that nobody can look at what was refused.
import { onnx } from 'onnx-proto';
import type { Pool } from 'pg';
import { deploySteps } from '../../activities/deploy';
import { measureQuality } from '../../activities/evaluate/metrics';
import type { RunStepDependencies } from '../../activities/run-step';
import { jsonOf } from '../../core/plan/json';
import { register } from '../../steps';
import { championOf } from '../../store/models/champion-of';
import { listModelVersions } from '../../store/models/list-model-versions';
import { modelHistory } from '../../store/models/model-history';
import { node, tinyBytes, tinyModel } from '../tiny-model';
import { setStepStage, type StepStage } from './step-stage';

jest.setTimeout(60_000);

let stage: StepStage;
let db: Pool;
let dependencies: RunStepDependencies;

beforeAll(async () => {
  stage = await setStepStage('register', [deploySteps]);
  ({ db, dependencies } = stage);
});

afterAll(() => stage.end());

const at = '2001-02-01T00:00:00.000Z';
/** What the tiny model answers: sigmoid(x + 1) where the carrier is AA, sigmoid(x) elsewhere. */
const honest = {
  rows: [
    { x: 0, carrier: 'AA', at },
    { x: null, carrier: null, at: null },
  ],
  probabilities: [1 / (1 + Math.exp(-1)), 0.5],
};

async function registering(model: string, bytes: Uint8Array, golden: object = honest) {
  const artifact = await dependencies.artifacts.putBytes(bytes, 'model');
  const report = await dependencies.artifacts.putBytes(Buffer.from(JSON.stringify(golden)), 'json');
  const quality = measureQuality(Uint8Array.of(0, 1), Float32Array.of(0.2, 0.8));
  const difference = { mean: -0.1, low: -0.2, high: -0.05 };
  const input = register.input.parse({
    model,
    trained: {
      model: artifact,
      trainer: 'gbdt',
      rows: 2,
      positives: 1,
      trainingLogLoss: 0.3,
      reference: report,
      importances: { x: 1 },
      golden: report,
    },
    features: { features: [{ kind: 'number', name: 'x', column: 'x' }] },
    label: { column: 'late', atLeast: 1 },
    evaluation: {
      candidate: quality,
      baseline: quality,
      champion: null,
      versusBaseline: difference,
      versusChampion: null,
      passes: true,
      reason: 'r',
      provider: 'cpu',
      providerNote: '',
    },
    trainedOn: { from: '2001-01-01T00:00:00.000Z', to: at },
    occasion: { decisionId: 'd1', cause: 'person', at, window: null },
  });
  const running = stage.execute('register', jsonOf(input), { cache: false, model }).then(({ output }) => output);
  return { artifact, running };
}

test('a model that answers its golden rows is registered as version 1', async () => {
  const { running, artifact } = await registering('honest', tinyBytes());
  expect(await running).toEqual({ model: 'honest', version: 1 });
  expect(await listModelVersions(db, 'honest', { limit: 5 })).toMatchObject([{ version: 1, artifact }]);
});

function withFunctions(): Uint8Array {
  const model = tinyModel();
  model.functions = [{ name: 'f', node: [node('Identity', ['a'], ['b'])] }];
  return onnx.ModelProto.encode(model).finish();
}

function answeringNoProbabilities(): Uint8Array {
  const model = tinyModel();
  for (const n of model.graph?.node ?? []) if (n.opType === 'Sigmoid') n.opType = 'Identity';
  return onnx.ModelProto.encode(model).finish();
}

test.each([
  ['is no ONNX', 'PER_MODEL_051', () => Buffer.from('not a model'), honest],
  ['carries functions', 'PER_MODEL_053', withFunctions, honest],
  ['answers no probabilities', 'PER_MODEL_060', answeringNoProbabilities, honest],
  ['answers otherwise than its trainer', 'PER_MODEL_060', tinyBytes, { ...honest, probabilities: [0.5, 0.5] }],
] as const)('a model that %s is refused by name, and nothing is lost', async (what, code, bytes, golden) => {
  const model = `refused: ${what}`;
  const { running, artifact } = await registering(model, bytes(), golden);
  await expect(running).rejects.toMatchObject({
    type: code,
    nonRetryable: true,
    message: expect.stringContaining(code) as unknown,
  });
  // No version, no promotion, nothing for the keeper to roll out.
  expect(await listModelVersions(db, model, { limit: 5 })).toEqual([]);
  expect(await modelHistory(db, model, { limit: 5 })).toEqual([]);
  expect(await championOf(db, model)).toBeNull();
  expect((await db.query('SELECT FROM outbox')).rowCount).toBe(0);
  // The refused file stays, whole, for who wants to look at it.
  expect((await dependencies.artifacts.read(artifact)).equals(bytes())).toBe(true);
});

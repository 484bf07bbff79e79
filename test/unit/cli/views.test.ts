/**
 * Danger: a table that misleads: a cache hit shown as work, a running node as ended, an error that is cut off, a list that
 * is empty without saying so.
 */
import { duration } from '../../../cli/views/duration';
import { historyText, modelsText, versionText } from '../../../cli/views/model-view';
import { cacheText, runsText, runText } from '../../../cli/views/run-view';
import type { NodeRow } from '../../../store/nodes/node-row';
import type { Champion, ModelVersionRow } from '../../../store/models/model-row';
import type { RunRow } from '../../../store/runs/run-row';

const now = new Date('2026-02-01T00:10:00.000Z');

const run: RunRow = {
  id: 'p-20260201T000000-abc123',
  pipeline: 'p',
  plan_hash: 'a'.repeat(64),
  config: {},
  build: 'b'.repeat(64),
  model: 'm',
  decision_id: 'd1',
  parent_run: null,
  temporal_run_id: 'x',
  status: 'running',
  reason: null,
  output: null,
  started_at: '2026-02-01T00:00:00.000Z',
  ended_at: null,
};

const node: NodeRow = {
  run_id: run.id,
  address: 'collect',
  node: 'collect',
  kind: 'step',
  step: 'collect',
  pool: 'cpu',
  status: 'completed',
  fence: 1,
  input: null,
  output: null,
  error: null,
  cache: { hit: false, differed: ['first'] },
  first_claimed: '2026-02-01T00:00:01.000Z',
  ended_at: '2026-02-01T00:00:03.500Z',
};

const champion: Champion = {
  model: 'm',
  seq: 2,
  version: 3,
  previous: 1,
  decision_id: 'd2',
  reason: 'better by 0.02',
  by: 'keeper',
  event_time: '2001-03-01T00:00:00.000Z',
  recorded_at: '2026-02-01T00:00:00.000Z',
  artifact: 'c'.repeat(64),
  signature: {},
};

describe('runText', () => {
  const none = { executions: 0, wall_ms: 0, cpu_ms: 0, peak_rss: null, gpu_ms: 0, estimated: false };
  const execution = {
    run_id: run.id,
    address: 'collect',
    worker: 'w',
    attempt: 1,
    started_at: node.first_claimed,
    ended_at: null,
    outcome: null,
    error: null,
  };

  test('one line a node: when it began, how long it took, why it ran', () => {
    const text = runText({ run, nodes: [node], executions: [{ ...execution, fence: 1 }], costs: [], cost: none }, now);
    expect(text).toMatch(/^run {6}p-20260201T000000-abc123$/m);
    expect(text).toMatch(/^status {3}running$/m);
    expect(text).toMatch(/^ *collect +step +cpu +completed +ran: first time +\+1\.0 s +2\.5 s +0 ms/m);
  });

  test('a running node counts until now, and more than one try is said', () => {
    const open: NodeRow = { ...node, status: 'running', ended_at: null, cache: null };
    const executions = [1, 2].map((fence) => ({ ...execution, fence }));
    const text = runText({ run, nodes: [open], executions, costs: [], cost: none }, now);
    expect(text).toMatch(/^ *collect +step +cpu +running +\+1\.0 s +9 min 59 s +0 ms +2 *$/m);
  });

  test('an error is given in full, a waiting approval with the command that answers it', () => {
    const message = `column 'origin' is missing. ${'x'.repeat(300)}`;
    const failed: NodeRow = {
      ...node,
      status: 'failed',
      error: { type: 'PER_DATA_003', message, fault: 'user', retryable: false },
    };
    const waiting: NodeRow = {
      ...node,
      address: 'release',
      node: 'release',
      kind: 'approval',
      step: null,
      pool: null,
      status: 'waiting',
      cache: null,
    };
    const text = runText({ run, nodes: [failed, waiting], executions: [], costs: [], cost: none }, now);
    expect(text).toContain(`collect: ${message} (PER_DATA_003, user fault)`);
    expect(text).toContain(`waits for: perennial approve ${run.id} release`);
  });
});

test.each([
  [null, null],
  [{ hit: true, from: { run: 'r1', address: 'collect' } }, 'hit, of r1'],
  [{ hit: false, differed: ['input', 'code'] }, 'ran: other input, code'],
  [{ hit: false, differed: ['off'] }, 'ran: cache off'],
] as const)('cacheText %j', (cache, text) => {
  expect(cacheText(cache)).toBe(text);
});

test('runsText names each run once, and says when there are none', () => {
  expect(runsText([], now)).toBe('No runs.');
  expect(runsText([run], now)).toMatch(
    /p-20260201T000000-abc123 +p +running +m +2026-02-01T00:00:00\.000Z +10 min 00 s/,
  );
});

test('modelsText shows models without a champion, and champions without a declaration', () => {
  const text = modelsText([
    { model: 'm', declared: true, champion: null },
    { model: 'old', declared: false, champion },
  ]);
  expect(text).toMatch(/^ *m +none yet/m);
  expect(text).toMatch(
    /^ *old \(not in this project\) +v3 +2026-02-01T00:00:00\.000Z +2001-03-01T00:00:00\.000Z +better by 0\.02/m,
  );
});

test('historyText shows from which version to which', () => {
  expect(historyText([champion, { ...champion, seq: 1, version: 1, previous: null }])).toMatch(
    /2 +v1 -> v3[^]*\n *1 +v1 +/,
  );
  expect(historyText([])).toBe('No promotions.');
});

test('versionText gives each metric its line', () => {
  const version: ModelVersionRow = {
    model: 'm',
    version: 3,
    artifact: 'c'.repeat(64),
    trainer: 'gbdt',
    signature: {},
    metrics: { logLoss: 0.5, rocAuc: 0.66 },
    evaluation: null,
    reference: 'r',
    trained_from: 'a',
    trained_to: 'b',
    event_time: 'e',
    run_id: 'run1',
    address: 'register',
    recorded_at: 'now',
  };
  const text = versionText({ version, champion: true });
  expect(text).toMatch(/^model +m v3, champion$/m);
  expect(text).toMatch(/^metrics +logLoss: 0\.5\n +rocAuc: 0\.66$/m);
});

test.each([
  [840, '840 ms'],
  [12_340, '12.3 s'],
  [245_000, '4 min 05 s'],
  [7_800_000, '2 h 10 min'],
  [273_600_000, '3 d 4 h'],
])('duration of %d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

/**
 * Danger: a table that misleads: a cache hit shown as work, a running node as ended, an error that is cut off, a list that
 * is empty without saying so.
 */
import { duration } from '../../../cli/views/duration';
import { decisionsText, historyText, modelsText, versionText } from '../../../cli/views/model-view';
import { approvalsOf } from '../../../cli/views/approvals';
import { bytesText } from '../../../cli/views/bytes';
import { itemsText } from '../../../cli/views/items-view';
import { cacheSentence, cacheText } from '../../../cli/views/cache-text';
import { nodeNews } from '../../../cli/verbs/run';
import { type NodeView, nodeText } from '../../../cli/views/node-view';
import { type RunView, runsText, runText } from '../../../cli/views/run-view';
import { shellWord } from '../../../cli/views/shell-word';
import { whyText } from '../../../cli/views/why-text';
import type { WhyView } from '../../../cli/read-why';
import type { RecordedDecision } from '../../../store/keeper/list-decisions';
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
  rerun: null,
  first_temporal_run_id: null,
  temporal_run_id: 'x',
  status: 'running',
  reason: null,
  output: null,
  paused: null,
  waits_for: null,
  partition: null,
  pinned_to: null,
  executions_removed_at: null,
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
  reused_from: null,
  given: null,
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

const cost = { executions: 0, wall_ms: 0, cpu_ms: 0, peak_rss: null, gpu_ms: 0, estimated: false };
const view: RunView = {
  run,
  sensor: null,
  nodes: [node],
  executions: [],
  costs: [],
  cost,
  uncached: null,
  uses: {},
  retrying: [],
  approvals: [],
  interventions: [],
  triggered: null,
};

const execution = {
  run_id: run.id,
  address: 'collect',
  fence: 1,
  worker: 'host:7',
  device: null,
  attempt: 1,
  started_at: node.first_claimed,
  ended_at: null,
  outcome: null,
  error: null,
};

const release: NodeRow = {
  ...node,
  address: 'release',
  node: 'release',
  kind: 'approval',
  step: null,
  pool: null,
  status: 'waiting',
  input: { airport: 'SEA', late: 0.31 },
  cache: null,
  ended_at: null,
};

describe('runText', () => {
  test('one line a node: when it began, how long it took, how often it was executed, why it ran', () => {
    const text = runText({ ...view, executions: [execution] }, now);
    expect(text).toMatch(/^run {6}p-20260201T000000-abc123$/m);
    expect(text).toMatch(/^status {3}running$/m);
    expect(text).toMatch(/^ *collect +step +cpu +completed +\+1\.0 s +2\.5 s +1 +0 ms +missed: nothing kept yet *$/m);
    expect(text).toContain(`perennial show ${run.id} --node <node>`);
    expect(text).toContain(`perennial logs ${run.id} [node] --follow`);
    expect(text).not.toContain('retention');
  });

  test('it says that retention has removed executions, of the run and of its nodes', () => {
    const old = { ...run, executions_removed_at: '2026-06-01T00:00:00.000Z' };
    expect(runText({ ...view, run: old }, now)).toMatch(
      /^removed {2}Its executions were removed by retention \(2026-06-01/m,
    );
  });

  test('a running node counts until now, with all its executions', () => {
    const open: NodeRow = { ...node, status: 'running', ended_at: null, cache: null };
    const executions = [1, 2].map((fence) => ({ ...execution, fence }));
    const text = runText({ ...view, nodes: [open], executions }, now);
    expect(text).toMatch(/^ *collect +step +cpu +running +\+1\.0 s +9 min 59 s +2 +0 ms *$/m);
  });

  test('the device of a node is that of its newest execution; where nothing had one, there is no such column', () => {
    const executions = ['GPU-1', 'GPU-2'].map((device, i) => ({ ...execution, fence: i + 1, device }));
    const text = runText({ ...view, nodes: [node, release], executions }, now);
    expect(text).toMatch(/^ *node .* cache +device *$/m);
    expect(text).toMatch(/^ *collect .* missed: nothing kept yet +GPU-2 *$/m);
    expect(text).not.toMatch(/^ *release .*GPU/m);
    expect(runText({ ...view, executions: [execution] }, now)).not.toMatch(/device/);
  });

  test('a rerun names its parent and what was chosen; a called run its caller; what was taken over says from where', () => {
    const again: RunRow = { ...run, parent_run: 'p-before', rerun: { from: 'train', only: 'per-seed[2]' } };
    const taken = runText({ ...view, run: again, nodes: [{ ...node, cache: null, reused_from: 'p-first' }] }, now);
    expect(taken).toMatch(/^rerun of p-before, from train, only per-seed\[2\]$/m);
    expect(taken).toMatch(/^ *collect .* reused: from p-first *$/m);
    expect(runText({ ...view, run: { ...run, parent_run: 'p-before' } }, now)).toMatch(/^caller {3}p-before$/m);
    expect(runsText([again], now)).toContain('p-before');
  });

  test('what a person did is told: a pause with who and why, and each intervention', () => {
    const paused = { by: 'ana', reason: 'the lake moves', at: now.toISOString() };
    const did = { run_id: run.id, id: 'i', node: 'collect', detail: { output: null }, ...paused };
    const interventions = [{ ...did, action: 'skip' as const }];
    const text = runText({ ...view, run: { ...run, paused }, nodes: [{ ...node, given: paused }], interventions }, now);
    expect(text).toMatch(/^status {3}running, paused by ana: the lake moves$/m);
    expect(text).toContain(`perennial resume ${run.id}`);
    expect(text).toMatch(/ana +skipped, with a given output +collect +the lake moves/);
    expect(text).toMatch(/^ *collect .* given by ana: the lake moves *$/m);
    expect(runsText([{ ...run, paused }], now)).toContain('running, paused');
  });

  test('a run that waits for a pool without a worker says so, and what to do', () => {
    const waits: RunRow = { ...run, waits_for: ['gpu'] };
    const text = runText({ ...view, run: waits }, now);
    expect(text).toMatch(/^status {3}running, waits for pool 'gpu': no worker polls it$/m);
    expect(text).toContain('perennial worker --pool gpu');
    expect(runsText([waits], now)).toContain("waits for pool 'gpu': no worker polls it");
    expect(runText({ ...view, run: { ...waits, status: 'completed' } }, now)).not.toContain('gpu');
    const pinned = runText({ ...view, run: { ...waits, pinned_to: 'b1' } }, now);
    expect(pinned).toContain("waits for pool 'gpu': no worker of its build, b1, polls it");
    expect(pinned).toContain(`perennial deploy move ${run.id}`);
  });

  test('config and result are told, and one that is cut says where the rest is', () => {
    const done: RunRow = { ...run, status: 'completed', config: { limit: 0.2 }, output: { text: 'x'.repeat(300) } };
    const text = runText({ ...view, run: done }, now);
    expect(text).toMatch(/^config {3}\{"limit":0\.2\}$/m);
    expect(text).toMatch(/^result {3}\{"text":"x{191}… \(all of it: --json\)$/m);
    expect(runText({ ...view, run: { ...done, output: null } }, now)).toMatch(/^result {3}null$/m);
    expect(runText(view, now)).not.toMatch(/^result/m);
  });

  test('says who switched the cache off: the step, this node of it, or the run', () => {
    const off: NodeRow = { ...node, cache: { hit: false, differed: ['off'] } };
    const text = (uncached: RunView['uncached']) => runText({ ...view, nodes: [off], uncached }, now);
    expect(text(['collect'])).toMatch(/off for this step *$/m);
    expect(text(['train'])).toMatch(/off for this run *$/m);
    expect(text(null)).toMatch(/cache off *$/m);
    const again = { ...view, run: { ...view.run, rerun: { from: 'collect' } }, nodes: [off], uncached: ['train'] };
    expect(runText(again, now)).toMatch(/off for this rerun *$/m);
    const use = { tags: ['team:risk'], asks: ['cache off', 'priority 1'], cache: false };
    const asked = { ...view, nodes: [off], uncached: ['collect'], uses: { collect: use } };
    expect(runText(asked, now)).toMatch(/off for this node +team:risk *$/m);
    expect(runText(asked, now)).toMatch(/ cache +tags *$/m);
  });

  test('an error is given in full', () => {
    const message = `column 'origin' is missing. ${'x'.repeat(300)}`;
    const error = { type: 'PER_DATA_003', message, fault: 'user', retryable: false } as const;
    const text = runText({ ...view, nodes: [{ ...node, status: 'failed', error }] }, now);
    expect(text).toContain(`collect: ${message} (PER_DATA_003, user fault)`);
  });

  test('an error of a step says where its code threw it', () => {
    const error = { type: 'E', message: 'no rows', fault: 'user', retryable: false, at: 'steps.cpu.ts:12' } as const;
    const broken: NodeRow = { ...node, status: 'failed', error };
    expect(runText({ ...view, nodes: [broken] }, now)).toContain(
      'collect: no rows (E, user fault)\n  at steps.cpu.ts:12',
    );
  });
});

describe('nodeText', () => {
  const failure = { type: 'PER_RUN_002', message: 'Artifact x is gone.', fault: 'user', retryable: true } as const;
  const artifact = { kind: 'dataset', recorded_at: run.started_at } as const;
  const one: NodeView = {
    run,
    node: { ...node, input: { from: Array.from({ length: 100 }, (_, i) => i) }, output: { rows: 7 } },
    artifacts: [{ ...artifact, digest: 'd'.repeat(64), bytes: 1_234_567, side: 'output' }],
    executions: [
      { ...execution, outcome: 'failed', ended_at: '2026-02-01T00:00:02.000Z', error: failure },
      { ...execution, fence: 2, attempt: 2, outcome: 'committed', ended_at: '2026-02-01T00:00:03.500Z' },
    ],
    costs: [],
    entry: {
      key: 'k'.repeat(64),
      parts: { code: '1'.repeat(64), input: '2'.repeat(64), environment: '3'.repeat(64) },
      run_id: run.id,
      address: 'collect',
    },
    uncached: [],
    uses: {},
    attempts: 3,
    retrying: null,
    approval: null,
    interventions: [],
  };

  test('a wait says until when, wherever it is told, and how to go on now; a skip of it gave no output', () => {
    const until = '2026-03-01T00:00:00.000Z';
    const wait: NodeRow = {
      ...{ ...node, address: 'cool-off', node: 'cool-off', kind: 'wait', step: null, pool: null, cache: null },
      ...{ status: 'waiting', input: { until }, ended_at: null },
    };
    const line = new RegExp(`^ *cool-off +wait +waiting until ${until} `, 'm');
    expect(runText({ ...view, nodes: [wait] }, now)).toMatch(line);
    expect(runText({ ...view, nodes: [wait] }, now)).not.toContain('perennial approve');
    expect(nodeNews(wait, run.id)).toBe(`cool-off waits until ${until}`);
    const full = nodeText({ ...one, node: wait }, now);
    expect(full).toContain(`status   waiting until ${until}`);
    expect(full).toContain(`perennial skip ${run.id} cool-off --reason`);
    const over = nodeText({ ...one, node: { ...wait, status: 'completed', output: { until } } }, now);
    expect(over).not.toContain('perennial skip');
    const did = { run_id: run.id, id: 'i', node: 'cool-off', by: 'ana', reason: 'here', at: until };
    const interventions = [{ ...did, action: 'skip' as const, detail: {} }];
    expect(runText({ ...view, nodes: [wait], interventions }, now)).toMatch(/ana +skipped +cool-off +here/);
  });

  test('tells all of it, and cuts nothing', () => {
    const text = nodeText(one, now);
    expect(text).toMatch(/^node {5}collect \(step, pool cpu\)$/m);
    expect(text).toMatch(/^time {5}began 2026-02-01T00:00:01\.000Z, took 2\.5 s$/m);
    expect(text).toMatch(/^cache {4}Missed: no output of this step was kept before\.$/m);
    expect(text).toMatch(/^key {6}k{64}, of code 1{12}, input 2{12}, environment 3{12}$/m);
    expect(text).toMatch(/^input\n {2}\{\n {4}"from": \[\n[^]*\n {6}99\n/m);
    expect(text).toContain('output\n  {\n    "rows": 7\n  }');
    expect(text).toMatch(/^ *output +d{64} +dataset +1\.2 MB *$/m);
    expect(text).toMatch(/^ *1 +1 +host:7 +2026-02-01T00:00:01\.000Z +2026-02-01T00:00:02\.000Z +1\.0 s +failed *$/m);
    expect(text).toMatch(/^ *2 +2 +host:7 .* 2\.5 s +committed *$/m);
    expect(text).toContain('  1: Artifact x is gone. (PER_RUN_002, user fault, may be tried again)');
  });

  test('a step whose executions retention has removed says so, one that was not executed does not', () => {
    const old = { ...one, run: { ...run, executions_removed_at: '2026-06-01T00:00:00.000Z' }, executions: [] };
    expect(nodeText(old, now)).toMatch(/executions\n {2}Its executions were removed by retention \(2026-06-01/);
    expect(nodeText({ ...old, node: { ...node, reused_from: 'r' } }, now)).not.toContain('retention');
    expect(nodeText(one, now)).not.toContain('retention');
    const why = { run: run.id, address: 'collect', against: null, differences: [], about: null, needs: [] };
    expect(whyText({ ...why, view: old })).toContain('removed by retention (2026-06-01');
    expect(whyText({ ...why, view: one })).not.toContain('retention');
  });

  test('each execution says on which device it computed, where any had one', () => {
    const [first = execution, second = execution] = one.executions;
    const text = nodeText({ ...one, executions: [first, { ...second, device: 'GPU-2' }] }, now);
    expect(text).toMatch(/^ *execution +attempt +worker +device +started /m);
    expect(text).toMatch(/^ *1 +1 +host:7 +2026-02-01T00:00:01\.000Z /m);
    expect(text).toMatch(/^ *2 +2 +host:7 +GPU-2 +2026-02-01T00:00:01\.000Z /m);
    expect(nodeText(one, now)).not.toContain('device');
  });

  test('a node without an output has no output, and its error has its code', () => {
    const broken: NodeRow = { ...node, status: 'failed', cache: null, error: { ...failure, retryable: false } };
    const text = nodeText({ ...one, node: broken, entry: null }, now);
    expect(text).not.toMatch(/^output$/m);
    expect(text).toContain('error\n  Artifact x is gone. (PER_RUN_002, user fault, not tried again)');
    expect(text).not.toMatch(/^key/m);
  });

  test.each([
    ['failed', 'failed in attempt 2 of 3: Artifact x is gone.'],
    ['running', 'running, attempt 2 of 3'],
  ] as const)(
    'a %s node says which attempt it is, and not that an output or its cache key was there',
    (status, said) => {
      const error = status === 'failed' ? failure : null;
      const ended = status === 'failed' ? node.ended_at : null;
      const broken: NodeRow = { ...node, status, error, ended_at: ended };
      const text = nodeText({ ...one, node: broken, entry: null }, now);
      expect(text).toContain(`status   ${said}\n`);
      expect(text).not.toMatch(/^key|no longer there/m);
    },
  );

  test('a step that waits for its next attempt says so, what failed, when the next is, and how not to wait', () => {
    const next = '2026-02-01T00:20:00.000Z';
    const retrying = { address: 'collect', attempt: 2, attempts: 3, error: failure, next };
    const waits: NodeRow = { ...node, status: 'running', error: failure, ended_at: null };
    const full = (at: Date) => nodeText({ ...one, node: waits, entry: null, retrying }, at);
    const why = '(attempt 2 of 3 failed: Artifact x is gone.)';
    expect(full(now)).toContain(`status   retrying, next attempt at ${next} ${why}\n`);
    expect(full(new Date('2026-02-01T00:20:01.000Z'))).toContain(`next attempt due since ${next} ${why}`);
    expect(full(now)).toContain(`perennial retry-now ${run.id} collect`);
    const all = runText({ ...view, nodes: [waits], retrying: [retrying] }, now);
    expect(all).toMatch(new RegExp(`^ *collect +step +cpu +retrying, next attempt at ${next} `, 'm'));
    expect(all).toContain('collect: attempt 2 of 3 failed: Artifact x is gone. (PER_RUN_002, user fault)');
    expect(all).toContain(`To try collect now: perennial retry-now ${run.id} collect`);
  });

  test('an entry that was replaced is said to be', () => {
    expect(nodeText({ ...one, entry: null }, now)).toMatch(/^key {6}no longer there/m);
  });

  test('an approval says how to answer it, and what a step has is not told of it', () => {
    const [approval = null] = approvalsOf(null, [release]);
    const text = nodeText({ ...one, node: release, approval, artifacts: [], executions: [], entry: null }, now);
    expect(text).toContain(`It waits for: perennial approve ${run.id} release`);
    expect(text).not.toMatch(/^(cache|key|artifacts|executions)/m);
  });
});

test.each([
  [null, null, 'Not told'],
  [{ hit: true, from: { run: 'r1', address: 'a' } }, 'hit: from r1', 'Hit: the output is that of a in r1'],
  [{ hit: false, differed: ['input', 'code'] }, 'missed: input and code changed', 'Missed: input and code changed'],
  [{ hit: false, differed: ['environment'] }, 'missed: environment changed', 'Environment is Node'],
  [{ hit: false, differed: ['first'] }, 'missed: nothing kept yet', 'Missed: no output of this step'],
  [{ hit: false, differed: ['artifact'] }, 'missed: a kept file is gone', 'gone from the artifact store'],
  [{ hit: false, differed: ['off'] }, 'off for this run', '--no-cache'],
] as const)('the cache in words: %j', (cache, text, sentence) => {
  expect(cacheText(cache, 'run')).toBe(text);
  expect(cacheSentence(cache, 'run')).toContain(sentence);
});

test.each([
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [2_500_000_000, '2.5 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  ['airports[0]/share-late', "'airports[0]/share-late'"],
  ['train', 'train'],
  ["it's", String.raw`'it'\''s'`],
])('%s is a word of the shell as %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});

test('runsText names each run once, and says when there are none', () => {
  expect(runsText([], now)).toBe('No runs.');
  expect(runsText([run], now)).toMatch(
    /p-20260201T000000-abc123 +p +running +m +2026-02-01T00:00:00\.000Z +10 min 00 s/,
  );
});

test('a run that a data set started says so: which version, and which run made it', () => {
  const why = 'a new version of clean.dataset of flights, by flights-1';
  const triggered = { dataset: 'd'.repeat(64), into: 'flights', why };
  expect(runText(view, now)).not.toContain('because');
  expect(runText({ ...view, triggered }, now)).toContain(`because  ${why}: ${'d'.repeat(64)}, as config.flights\n`);
  expect(runsText([run, { ...run, triggered }], now)).toMatch(/because[^]*by flights-1 *$/);
  expect(runsText([{ ...run, triggered: null }], now)).not.toContain('because');
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

describe('on a terminal', () => {
  const reason = 'The candidate is better by 0.02 in log loss over the newest four weeks, and no worse calibrated.';
  const long: Champion = { ...champion, decision_id: 'flight-delays-20260201T000000-3f9a1c', reason };
  const decision: RecordedDecision = {
    ...{ id: 'd', model: 'm', eventTime: champion.event_time, recordedAt: champion.recorded_at },
    ...{ action: 'retrain', rule: 'accepted', reason, version: 3, runId: run.id, causeId: 'c' },
    cause: { kind: 'drift', version: 3, window: null },
  };
  const own = { run, node, artifacts: [], executions: [], costs: [], entry: null, uncached: [], uses: {} };
  const why: WhyView = {
    ...{ run: run.id, address: 'collect', against: { run: 'p-before', address: 'collect' }, about: null, needs: [] },
    view: { ...own, attempts: null, retrying: null, approval: null, interventions: [] },
    differences: [{ part: 'code', what: `file steps/${'deeply/'.repeat(6)}clean.ts`, was: 'a'.repeat(64), is: null }],
  };
  const texts: [string, (width: number | null) => string][] = [
    ['modelsText', (width) => modelsText([{ model: 'm', declared: false, champion: long }], width)],
    ['historyText', (width) => historyText([long], width)],
    ['decisionsText', (width) => decisionsText([decision], width)],
    ['whyText', (width) => whyText(why, width)],
  ];

  test.each(texts)('%s keeps within 80 columns and says all that it says elsewhere', (_, text) => {
    const lengths = (width: number | null) =>
      text(width)
        .split('\n')
        .map((line) => line.length);
    const letters = (width: number | null) => Array.from(text(width).replace(/\s/g, '')).sort().join('');
    expect(Math.max(...lengths(null))).toBeGreaterThan(80);
    expect(Math.max(...lengths(80))).toBeLessThanOrEqual(80);
    expect(letters(80)).toBe(letters(null));
  });
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

describe('itemsText', () => {
  test('one line an item, with what failed in it, and the way to the next page and to an item', () => {
    const item = {
      item: 3,
      status: 'failed',
      nodes: 2,
      first_claimed: node.first_claimed,
      ended_at: node.ended_at,
    } as const;
    const error = { type: 'Broken', message: 'it is broken', fault: 'user', retryable: false } as const;
    const items = [{ ...item, failed: 'each[3]/train', error }];
    const text = itemsText({ run: run.id, map: 'each', items, next: 3 }, now);
    expect(text).toMatch(/^ *each\[3\] +failed +2 +2\.5 s +each\[3\]\/train: it is broken *$/m);
    expect(text).toContain("--after 'each[3]'");
    expect(text).toContain(`perennial show ${run.id} --node 'each[3]'`);
    expect(itemsText({ run: run.id, map: 'each', items: [], next: null }, now)).toBe('No such items.');
  });
});

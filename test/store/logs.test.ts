// Danger: what a step said is lost, comes after its run has ended or in a wrong order, is told twice or never to who follows; a
// secret gets into the records by a log line; or an execution that says nothing pays for it.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { openResources } from '../../activities/run-step/resources';
import { runLogs, type LogLine, type LogsAsked } from '../../client/run-logs';
import { loggedRun, whyNoLines } from '../../cli/read-logs';
import { implement, resource, secret, step } from '../../core';
import { insertLines } from '../../store/logs/insert-lines';
import { type LineRecords, openLineRecords } from '../../store/logs/line-records';
import type { NewLine } from '../../store/logs/log-row';
import { endRun } from '../../store/runs/end-run';
import { findRun } from '../../store/runs/find-run';
import { quiet, setStepStage, type StepStage } from './step-stage';

jest.setTimeout(60_000);

const key = resource('key', z.object({ token: secret(z.string()) }));
const output = z.object({});
const says = step('says', { input: z.object({ lines: z.number() }), output, resources: { key } });
const fails = step('fails', { input: output, output });
const leaks = step('leaks', { input: output, output, resources: { key } });
const silent = step('silent', { input: output, output });

/** What the records held of the lines when the step's output was committed. */
let stage: StepStage;
let lines: LineRecords;

const steps = implement(
  { says, fails, leaks, silent },
  {
    says: ({ lines: count }, { log, resources }) => {
      const cause = new Error('of all');
      log.debug({ cause, own: resources.key.token, list: [1] }, `token ${resources.key.token.reveal()}`);
      for (let i = 1; i < count; i += 1) log.info({}, `line ${i}`);
      return {};
    },
    fails: (_, { log }) => {
      log.error({ [`\0`]: '\uD800' }, 'it\0fails');
      throw new Error('it fails');
    },
    leaks: (_, { resources }) => {
      throw new Error(`refused: ${resources.key.token.reveal()}`);
    },
    silent: () => ({}),
  },
);

const TOKEN = 'canary-5f0c2a99';

beforeAll(async () => {
  stage = await setStepStage('logs', [steps]);
  lines = openLineRecords(stage.db, { log: stage.dependencies.log, interval: 60_000 });
});

afterAll(async () => {
  await lines.stop();
  await stage.end();
});

async function execute(name: string, input: object, address = name, attempt = 1): Promise<string> {
  const resources = await openResources([says, fails, leaks, silent], [key], { key: { token: TOKEN } });
  const dependencies = { ...stage.dependencies, resources, lines };
  const run = await stage.newRun();
  const options = { run, address, cache: false, dependencies, environment: quiet({ attempt }) };
  await stage.execute(name, z.json().parse(input), options).catch(() => undefined);
  return run;
}

async function linesOf(run: string, asked: LogsAsked = {}): Promise<LogLine[]> {
  const found: LogLine[] = [];
  for await (const line of runLogs(stage, run, asked)) found.push(line);
  return found;
}

/** A line that another worker has kept. */
function aLine(run: string, seq: number, more: Partial<NewLine> = {}): NewLine {
  const own = { run, address: 'other', fence: 1, attempt: 1, seq, at: Date.now(), message: `other ${seq}` };
  return { ...own, level: 'info', fields: '{}', ...more };
}

test('what a step said is there once its activity has ended, in order, without the value of a resource', async () => {
  const run = await execute('says', { lines: 5 });
  const found = await linesOf(run);
  expect(found.map(({ message }) => message)).toEqual(['token [secret]', ...[1, 2, 3, 4].map((i) => `line ${i}`)]);
  expect(found[0]).toMatchObject({ run, node: 'says', execution: 1, attempt: 1, level: 'debug' });
  expect(found[0]?.fields).toMatchObject({ cause: { message: 'of all' }, list: [1] });
  const { rows } = await stage.db.query(`SELECT FROM logs WHERE logs::text LIKE $1`, [`%${TOKEN}%`]);
  expect(rows).toEqual([]);
});

test('what a failing attempt said is kept too, whatever it is made of', async () => {
  const run = await execute('fails', {}, 'fails', 2);
  expect(await linesOf(run)).toMatchObject([
    { level: 'error', attempt: 2, message: 'it\uFFFDfails' },
    // What it threw, with the project's own line where it did.
    {
      level: 'error',
      attempt: 2,
      message: 'it fails',
      fields: { error: 'Error', at: expect.stringMatching(/logs\.test\.ts:\d+$/) as unknown },
    },
  ]);
});

test('what an attempt throws is a line of its log, without the value of a resource', async () => {
  const run = await execute('leaks', {});
  expect(await linesOf(run)).toMatchObject([{ level: 'error', node: 'leaks', message: 'refused: [secret]' }]);
  const { rows } = await stage.db.query(`SELECT FROM logs WHERE logs::text LIKE $1`, [`%${TOKEN}%`]);
  expect(rows).toEqual([]);
});

test('an execution without lines asks nothing more of the records', async () => {
  const queries = jest.spyOn(stage.db, 'query');
  await execute('silent', {});
  const texts = queries.mock.calls.map(([asked]) => JSON.stringify(asked));
  queries.mockRestore();
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.filter((text) => text.includes('logs') && !text.includes('run_id'))).toEqual([]);
  expect(texts.filter((text) => text.includes('insert-lines'))).toEqual([]);
});

test('lines are chosen by node, level, attempt, time and number', async () => {
  const run = await stage.newRun();
  const minuteAgo = Date.now() - 60_000;
  const inside = { address: 'map[3]/leaf', level: 'warn', fence: 2 } as const;
  await insertLines(stage.db, [
    aLine(run, 0, { at: minuteAgo }),
    aLine(run, 0, inside),
    aLine(run, 1, { ...inside, level: 'error', attempt: 2 }),
    aLine(run, 0, { address: 'map[30]/leaf', at: Date.now() + 5 }),
    aLine(run, 0, { address: 'mapping', at: Date.now() + 9 }),
  ]);
  const nodes = async (asked: LogsAsked): Promise<string[]> =>
    (await linesOf(run, asked)).map(({ node, attempt }) => `${node} ${attempt}`);
  expect(await nodes({ node: 'map' })).toEqual(['map[3]/leaf 1', 'map[3]/leaf 2', 'map[30]/leaf 1']);
  expect(await nodes({ node: 'map[3]' })).toEqual(['map[3]/leaf 1', 'map[3]/leaf 2']);
  expect(await nodes({ node: 'map[3]/leaf', level: 'error' })).toEqual(['map[3]/leaf 2']);
  expect(await nodes({ attempt: 2 })).toEqual(['map[3]/leaf 2']);
  expect(await nodes({ since: '30s' })).toHaveLength(4);
  expect(await nodes({ tail: 2 })).toEqual(['map[30]/leaf 1', 'mapping 1']);
});

test('more lines than a page come whole and in order, one that was inserted twice once', async () => {
  const run = await stage.newRun();
  const now = Date.now();
  const many = Array.from({ length: 2_500 }, (_, i) => aLine(run, i, { at: now + Math.floor(i / 7) }));
  for (const from of [0, 1_000, 2_000]) await insertLines(stage.db, many.slice(from, from + 1_000));
  await insertLines(stage.db, many.slice(990, 1_010));
  expect((await linesOf(run)).map(({ message }) => message)).toEqual(many.map(({ message }) => message));
});

test.each([[{}], [{ tail: 2 }]])(
  'who follows (%j) hears each line once, and the end of the run ends it',
  async (more) => {
    const run = await stage.newRun();
    await insertLines(
      stage.db,
      [0, 1, 2].map((seq) => aLine(run, seq)),
    );
    const heard: string[] = [];
    const following = (async () => {
      for await (const { message } of runLogs(stage, run, { follow: true, ...more })) heard.push(message);
    })();
    const first = 'tail' in more ? 1 : 0;
    while (heard.length < 3 - first) await sleep(5);
    // One of a worker that was slow comes late, with an earlier time.
    await insertLines(stage.db, [aLine(run, 0, { address: 'slow', message: 'late', at: Date.now() })]);
    while (!heard.includes('late')) await sleep(5);
    await insertLines(stage.db, [aLine(run, 3)]);
    await endRun(stage.db, { run, status: 'completed', reason: null });
    await following;
    expect(heard).toEqual([...['other 0', 'other 1', 'other 2'].slice(first), 'late', 'other 3']);
  },
);

test('who follows lines that never come does not read the whole run at each look', async () => {
  const run = await stage.newRun();
  await insertLines(stage.db, [aLine(run, 0)]);
  const queries = jest.spyOn(stage.db, 'query');
  // The time, by the clock of the records, from which on each look reads.
  const looks = (): unknown[] =>
    queries.mock.calls.flatMap(([text, values]: unknown[]) =>
      typeof text === 'string' && text.includes('FROM logs') && Array.isArray(values) ? [values[5] as unknown] : [],
    );
  const heard: string[] = [];
  const following = (async () => {
    for await (const { message } of runLogs(stage, run, { follow: true, level: 'error' })) heard.push(message);
  })();
  for (let seq = 1; looks().length < 3; seq += 1) {
    await insertLines(stage.db, [aLine(run, seq)]);
    await sleep(5);
  }
  const [first, second, third] = looks();
  await insertLines(stage.db, [aLine(run, 0, { address: 'failed', level: 'error', message: 'at last' })]);
  await endRun(stage.db, { run, status: 'failed', reason: null });
  await following;
  queries.mockRestore();
  expect([first, second, third]).toEqual([null, expect.any(String), expect.any(String)]);
  expect(Date.parse(String(third))).toBeGreaterThanOrEqual(Date.parse(String(second)));
  expect(heard).toEqual(['at last']);
});

test('a day without a partition is given one by who writes first, and its lines are read', async () => {
  const { rows } = await stage.db.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'logs'::regclass`,
  );
  for (const { name } of rows) await stage.db.query(`DROP TABLE ${name}`);
  const run = await stage.newRun();
  await Promise.all([0, 1, 2, 3].map((seq) => insertLines(stage.db, [aLine(run, seq)])));
  expect(await linesOf(run)).toHaveLength(4);
});

test('who asks for a run or node without lines hears which of all reasons it is', async () => {
  const id = await execute('silent', {});
  const run = await findRun(stage.db, id);
  if (run === null) throw new Error('no run');
  await expect(loggedRun(stage.db, 'nobody', undefined)).rejects.toMatchObject({ code: 'PER_KEEP_004' });
  expect(await whyNoLines(stage.db, run, {})).toBe(`No lines: the steps of ${id} have logged nothing by now.`);
  expect(await whyNoLines(stage.db, run, { node: 'silent', follow: true })).toMatch(
    /silent of .* has logged nothing\.$/,
  );
  expect(await whyNoLines(stage.db, run, { node: 'silent', level: 'warn' })).toMatch(/^No line of silent/);
  expect(await whyNoLines(stage.db, run, { node: 'train' })).toContain(`perennial why ${id} train`);
  const old = { ...run, ended_at: '2020-01-01T00:00:00.000Z' };
  expect(await whyNoLines(stage.db, old, {})).toMatch(/are gone: it ended at 2020.*retention/);
});

/**
 * Danger: a route, a limit, a metric or a code of the prediction API that its page does not tell, or tells wrongly. The
 * routes are those that serving really registers; nothing is asked of them here.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { BODY_LIMIT, createApplication, serveSensorEvents, statusOf } from '../../../api';
import { type ErrorCode, ERRORS, perennialError } from '../../../core/errors';
import { createMetrics } from '../../../serving/process/metrics';
import { ModelTable } from '../../../serving/process/model-table';
import { MAX_ROWS } from '../../../serving/read-rows';
import { serveRoutes } from '../../../serving/routes';
import { MAX_LABELS } from '../../../serving/routes/labels';
import { MetricsSum } from '../../../serving/supervisor/sum-metrics';
import { diskArtifacts } from '../../../store/artifacts';
import { openDb } from '../../../store/db';
import { PredictionLog } from '../../../store/predictions/log';

const root = join(__dirname, '../../..');
const page = readFileSync(join(root, 'docs/API.md'), 'utf8');
const log = pino({ level: 'silent' });
const folder = mkdtempSync(join(tmpdir(), 'perennial-api-'));
// Nobody connects: a pool does so at its first query.
const db = openDb('postgres://nobody@127.0.0.1:1/none');

afterAll(async () => {
  await db.end();
  rmSync(folder, { recursive: true });
});

/** An application, and every route that is registered with it, as `GET /healthz`. */
function watched(): { app: ReturnType<typeof createApplication>; found: string[] } {
  const app = createApplication({ host: '127.0.0.1', token: null, log });
  const found: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') found.push(`${one} ${url}`);
  });
  return { app, found };
}

/** Every route that serving registers. */
function routes(): string[] {
  const { app, found } = watched();
  const metrics = createMetrics();
  const nothing = (): Promise<void> => Promise.resolve();
  const ignore = (): void => undefined;
  const artifacts = diskArtifacts(db, folder);
  const table = new ModelTable({ db, artifacts, log, metrics, onLoading: nothing });
  const server = 's000000000000';
  const predictions = new PredictionLog({
    folder,
    server,
    maxRows: 1,
    idleMs: 1_000,
    onClosed: ignore,
    onError: ignore,
  });
  serveRoutes({ app, db, table, predictions, metrics, ask: nothing });
  return found;
}

const documented = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map((match) => match[1] ?? '').sort();

test('the page has a row for each route that is served, and for no other', () => {
  expect(documented(/^\| `((?:GET|POST) (?!\/v1\/sensors)[^`]+)` \|/gm)).toEqual(routes().sort());
});

test('and one for the route of events, by the one method that is taken there', async () => {
  const { app, found } = watched();
  serveSensorEvents(app, { db, sensors: [] });
  await app.ready();
  expect(documented(/^\| `(POST \/v1\/sensors[^`]+)` \|/gm)).toEqual(found.filter((one) => one.startsWith('POST')));
});

test('the limits are those of the code', () => {
  expect(page).toContain(`1 to ${MAX_ROWS.toLocaleString('en')} objects`);
  expect(page).toContain(`1 to ${MAX_LABELS.toLocaleString('en')} labels`);
  expect(page).toContain(`at most ${BODY_LIMIT / 1_048_576} MiB`);
});

test('the page has a row for each metric of the engine, and for no other', async () => {
  const texts = [await createMetrics().registry.metrics(), await new MetricsSum().text()];
  const names = texts.flatMap((text) => [...text.matchAll(/^# HELP (perennial_\w+)/gm)].map((match) => match[1]));
  expect(documented(/^\| `(perennial_\w+)[^`]*` \|/gm)).toEqual(names.sort());
});

const isCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);

describe('codes', () => {
  const rows = [...page.matchAll(/^\| `(PER_\w+)` \| (\d{3}) \|/gm)];

  test('every code of serving is there, but those that no request is answered with', () => {
    const unasked = ['PER_SERVE_015', 'PER_SERVE_022'];
    const codes = Object.keys(ERRORS).filter((code) => code.startsWith('PER_SERVE_') && !unasked.includes(code));
    expect(rows.map((row) => row[1]).filter((code) => code?.startsWith('PER_SERVE_'))).toEqual(codes.sort());
  });

  test.each(rows.map((row) => [row[1] ?? '', Number(row[2])] as const))('%s is answered with %d', (code, status) => {
    if (!isCode(code)) throw new Error(`${code} is no code`);
    expect(statusOf(perennialError(code, 'It happened.'))).toBe(status);
  });
});

test('the errors that send a reader to a page name this one', () => {
  for (const code of ['PER_SERVE_001', 'PER_SERVE_023'] as const) expect(ERRORS[code].fix).toContain('docs/API.md');
});

/**
 * Danger: the hints of `perennial predict` are made for a description that serving does not give: they would never come. The
 * compiled command asks a real serving program.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tinyBytes } from '../../tiny-model';
import { type Server, setStage, type Stage } from '../serving/stage';

const run = promisify(execFile);
const command = join(__dirname, '../../../dist/cli/main.js');

let stage: Stage;
let server: Server;

beforeAll(async () => {
  stage = await setStage();
  await stage.promote('tiny', tinyBytes());
  server = await stage.serve();
}, 60_000);

afterAll(() => stage.end());

async function predict(rows: object[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, PERENNIAL_STATE: stage.state, PERENNIAL_SERVING_URL: server.url };
  return run(process.execPath, [command, 'predict', 'tiny', '--rows', JSON.stringify(rows), '--json'], { env });
}

test('a row without its event time or a feature is answered, and named on stderr', async () => {
  const whole = { x: 1, carrier: 'AA', at: '2001-02-01T00:00:00Z' };
  const { stdout, stderr } = await predict([whole, { ...whole, at: null }, { ...whole, carrier: null }]);
  expect(JSON.parse(stdout)).toMatchObject({ model: 'tiny', predictions: [{}, {}, {}] });
  expect(stderr).toMatch(
    /^note: row 1: its event time "at" is missing.*\nnote: row 1: no value of "at".*\nnote: row 2: no value of "carrier"/m,
  );
  expect(stderr).not.toContain('row 0');
  expect((await predict([whole])).stderr).toBe('');
}, 60_000);

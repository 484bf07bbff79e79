/**
 * Danger: rows that no window will ever judge, or whose features are missing, are answered as if all were well; or a hint
 * lands in the JSON of stdout, or breaks an answer that is there. The server here answers as serving does.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { buildProgram } from '../../../cli/main';
import { predictionNotes } from '../../../cli/views/prediction-notes';

const model = { inputs: [{ name: 'distance' }, { name: 'origin' }], eventTime: 'date' };

describe('predictionNotes', () => {
  test('a row with all of it is worth no word', () => {
    expect(predictionNotes(model, [{ date: '2001-02-01', distance: 0, origin: '' }])).toEqual([]);
    expect(predictionNotes({ ...model, eventTime: null }, [{ distance: 1, origin: 'ATL' }])).toEqual([]);
  });

  test('an event time that is null or left out, and features that are null, are named with their row', () => {
    const notes = predictionNotes(model, [
      { date: '2001-02-01', distance: 405, origin: 'ATL' },
      { date: null, distance: null, origin: null },
      { distance: 405, origin: 'ATL' },
    ]);
    expect(notes).toEqual([
      expect.stringMatching(/^note: row 1: its event time "date" is missing: /) as unknown,
      'note: row 1: no value of "distance", "origin": scored as missing',
      expect.stringMatching(/^note: row 2: its event time "date" is missing: /) as unknown,
    ]);
  });

  test('many rows make ten lines and a count', () => {
    const notes = predictionNotes(
      model,
      Array.from({ length: 25 }, () => ({ distance: 1, origin: 'ATL' })),
    );
    expect(notes).toHaveLength(11);
    expect(notes.at(-1)).toBe('note: 15 more like these');
  });
});

describe('perennial predict', () => {
  const answer = { model: 'm', version: 2, logged: true, predictions: [{ id: 's.0', probability: 0.25 }] };
  const before = { ...process.env };
  let server: Server;
  let isTelling = true;
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request: IncomingMessage, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      if (request.method === 'GET' && !isTelling) response.statusCode = 503;
      response.end(JSON.stringify(request.method === 'POST' ? answer : isTelling ? model : { error: {} }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    Object.assign(process.env, { PERENNIAL_SERVING_URL: `http://127.0.0.1:${port}`, PERENNIAL_TOKEN: 't' });
  });

  afterAll(() => {
    process.env = before;
    server.close();
    server.closeAllConnections();
  });

  async function predict(): Promise<{ stdout: string; stderr: string; code: unknown }> {
    const [stdout, stderr]: [string[], string[]] = [[], []];
    const spies = [
      jest.spyOn(console, 'log').mockImplementation((text: string) => void stdout.push(text)),
      jest.spyOn(console, 'error').mockImplementation((text: string) => void stderr.push(text)),
    ];
    const code = process.exitCode;
    const rows = '{"date":null,"distance":405,"origin":"ATL"}';
    try {
      const args = ['predict', 'm', '--rows', rows, '--state', '/nowhere/at/all', '--json'];
      await buildProgram().parseAsync(['node', 'perennial', ...args]);
      return { stdout: stdout.join('\n'), stderr: stderr.join('\n'), code: process.exitCode };
    } finally {
      process.exitCode = code ?? 0;
      spies.forEach((spy) => spy.mockRestore());
    }
  }

  test('says on stderr what it noticed, and leaves stdout to the answer', async () => {
    const { stdout, stderr, code } = await predict();
    expect(JSON.parse(stdout)).toEqual(answer);
    expect(stderr).toMatch(/^note: row 0: its event time "date" is missing/);
    expect(code).toBe(0);
    expect(asked).toEqual(['POST /v1/models/m/predict Bearer t', 'GET /v1/models/m Bearer t']);
  });

  test('an answer stands although nobody tells what the model takes', async () => {
    isTelling = false;
    const { stdout, stderr, code } = await predict();
    expect(JSON.parse(stdout)).toEqual(answer);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});

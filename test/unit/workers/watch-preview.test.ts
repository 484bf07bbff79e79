// Danger: the worker of a preview that was dropped asks servers for ever for what is gone; or one ends because a server was away.
import pino from 'pino';
import type { PerennialError } from '../../../core/errors';
import { type PreviewParts, watchPreview } from '../../../workers/watch-preview';

const log = pino({ level: 'silent' });

/** What each look finds of the database, and of the namespace the same; it is over after the last. */
async function watched(...looks: ('there' | 'gone' | 'away')[]): Promise<string[]> {
  const told: PerennialError[] = [];
  let count = 0;
  await new Promise<void>((done) => {
    const look = async (): Promise<boolean> => {
      const found = await Promise.resolve(looks[count]);
      count += 1;
      if (found === undefined) done();
      if (found === 'away') throw new Error('no answer');
      return found !== 'gone';
    };
    const parts: PreviewParts = { database: look, namespace: () => Promise.resolve(true) };
    const watch = watchPreview('fix-age', parts, { log, interval: 0, gone: (error) => told.push(error) });
    endings.push(() => watch.stop());
  });
  return told.map(({ message }) => message);
}

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

test('a part that is gone at three looks in a row ends the worker, once', async () => {
  const [said, ...more] = await watched('there', 'gone', 'gone', 'gone', 'gone');
  expect(said).toMatch(/\[PER_STACK_105\] The database of the preview 'fix-age' is gone\..*exit code 2/);
  expect(more).toEqual([]);
});

test('a server that is away, or a part that is back, begins the count anew', async () => {
  expect(await watched('gone', 'gone', 'away', 'gone', 'gone', 'there', 'gone', 'away')).toEqual([]);
});

test('a namespace that is gone alone is told too', async () => {
  const said = await new Promise<PerennialError>((gone) => {
    const parts = { database: () => Promise.resolve(true), namespace: () => Promise.resolve(false) };
    const watch = watchPreview('p', parts, { log, gone, interval: 0 });
    endings.push(() => watch.stop());
  });
  expect(said.message).toContain("The namespace of the preview 'p' is gone.");
});

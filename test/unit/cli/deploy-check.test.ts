// Danger: the verdict reads as passed where something was not looked at, or does not name what is wrong; a kept history that
// cannot be read is let pass; so many histories are fetched at once that memory ends.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ahead } from '../../../cli/deploy/ahead';
import type { DeployCheck } from '../../../cli/deploy/check-deploy';
import { deployText } from '../../../cli/views/deploy-text';
import { someOf } from '../../../cli/views/some-of';
import { readKept, writeKept } from '../../../workers/replay/kept-histories';

const passed: DeployCheck = {
  ...{ build: 'a'.repeat(64), open: 3, kept: 2 },
  ...{ differing: [], gone: [], pinned: [], unchecked: [] },
};
const lines = (check: Partial<DeployCheck>): string[] => deployText({ ...passed, ...check }, 'histories').split('\n');

describe('the verdict', () => {
  it('counts what was replayed', () => {
    expect(lines({})).toEqual([
      'build      aaaaaaaaaaaa',
      'open       3 replayed',
      'kept       2 replayed, of histories',
      '',
      'All 5 go on with this build as they did.',
    ]);
  });

  it('says that it says nothing where nothing was replayed', () => {
    const text = lines({ open: 0, kept: 0 });
    expect(text).toContain('kept       none in histories');
    expect(text.at(-1)).toMatch(/^Nothing was replayed, .*`perennial deploy keep <run>`/);
  });

  it('tells what was not replayed: a server that was not asked, the pinned by build, hand-written ones without their code', () => {
    const text = lines({
      open: null,
      pinned: [
        { build: 'b'.repeat(64), current: false, count: 2, workflows: ['p-1', 'p-2'] },
        { build: passed.build, current: true, count: 1, workflows: ['p-3'] },
      ],
      unchecked: [{ type: 'nightly', workflows: ['n-1', 'n-2'] }],
    });
    expect(text.slice(1, 6)).toEqual([
      'open       not asked for (--kept-only)',
      'pinned     to build bbbbbbbbbbbb, 2 open: p-1, p-2',
      'pinned     to build aaaaaaaaaaaa, which is this one, 1 open: p-3',
      'kept       2 replayed, of histories',
      'unchecked  2 of nightly, written by hand: --workflows <file> names its code',
    ]);
  });

  it('ends with the advice to keep the build back, after what differs and what is gone', () => {
    const where = { workflow: 'w', type: 't', file: null, event: null };
    const differing = { code: 'PER_RUN_150', ...where, message: 'w differs' } as const;
    const gone = { code: 'PER_RUN_152', kind: 'pipeline', name: 'p', workflows: ['r'], message: 'p is gone' } as const;
    expect(lines({ differing: [differing], gone: [gone] }).slice(-3)).toEqual([
      'w differs',
      'p is gone',
      'Keep this build back: 1 of 5 replayed do not go on with it.',
    ]);
    expect(lines({ gone: [gone] }).at(-1)).toMatch(/^Keep this build back for now: .*something is gone\.$/);
  });

  it('names five of many', () => {
    expect(someOf(['a', 'b'])).toBe('2 open: a, b');
    expect(someOf(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('7 open: a, b, c, d, e and 2 more');
  });
});

describe('kept histories', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-kept-'));
  const chain = join(__dirname, '..', '..', 'replay', 'histories', 'chain.json');
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
  };
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    writeKept(join(folder, 'chain.json'), { workflow: 'chain-254155a9', history: chainHistory() });
  });
  const chainHistory = () => {
    const [one] = readKept(join(__dirname, '..', '..', 'replay', 'histories')).filter(
      ({ file }) => file === 'chain.json',
    );
    if (one === undefined) throw new Error('it is gone');
    return one.history;
  };

  it('come back as they were written, without the hosts they ran on', () => {
    write('README.md', 'not one of them');
    const ran = readFileSync(chain, 'utf8')
      .replaceAll('"identity": "identity"', '"identity": "77@a-host"')
      .replace(
        /"name": "perennial-cpu",\s+"kind": "TASK_QUEUE_KIND_NORMAL"/,
        '"name": "7@a-host-3f", "kind": "TASK_QUEUE_KIND_STICKY"',
      );
    expect(ran.match(/a-host/g)?.length).toBeGreaterThan(2);
    expect(ran).toContain('7@a-host-3f');
    write('worker.json', ran);
    const history = readKept(folder).at(-1)?.history ?? {};
    const again = { workflow: 'chain-254155a9', history };
    const path = join(folder, 'worker.json');
    expect(() => {
      writeKept(path, again);
    }).toThrow('PER_RUN_175');
    expect(readFileSync(path, 'utf8')).toBe(ran);
    writeKept(path, { ...again, force: true });
    expect(readKept(folder).map(({ file, workflow, type }) => [file, workflow, type])).toEqual([
      ['chain.json', 'chain-254155a9', 'chain'],
      ['worker.json', 'chain-254155a9', 'chain'],
    ]);
    expect(readFileSync(join(folder, 'worker.json'), 'utf8')).not.toContain('a-host');
  });

  it("may be those that Temporal's own command prints", () => {
    const { history } = JSON.parse(readFileSync(chain, 'utf8')) as { history: object };
    write('printed.json', JSON.stringify(history));
    expect(readKept(folder).at(-1)).toMatchObject({ file: 'printed.json', workflow: 'chain-254155a9', type: 'chain' });
  });

  it.each([
    ['no JSON', '{', /PER_STACK_073.*faulty\.json: /],
    ['no history', '{"workflowId": "w"}', /faulty\.json: /],
    ['no events', '{"events": []}', /has no events/],
    [
      'something else than a start first',
      '{"events": [{"eventId": "1", "timerFiredEventAttributes": {}}]}',
      /start of a/,
    ],
  ])('are refused by file and reason where one has %s', (_what, text, reason) => {
    write('faulty.json', text);
    expect(() => readKept(folder)).toThrow(reason);
  });

  it('may lie nowhere when nobody named the folder, and not when somebody did', () => {
    const nowhere = join(folder, 'nowhere');
    expect(readKept(nowhere, { mayLack: true })).toEqual([]);
    expect(() => readKept(nowhere)).toThrow(/PER_STACK_073.*nowhere/);
  });
});

test('what is fetched ahead is bounded, comes in order, and fails where it is waited for', async () => {
  async function* counted(): AsyncGenerator<number> {
    for (let n = 0; n < 20; n += 1) yield await Promise.resolve(n);
  }
  let [at, most] = [0, 0];
  const work = async (n: number): Promise<number> => {
    most = Math.max(most, ++at);
    await new Promise((resolve) => setImmediate(resolve));
    at -= 1;
    if (n === 15) throw new Error('the fifteenth');
    return n * 10;
  };
  const seen: (readonly [number, number])[] = [];
  const all = async (): Promise<void> => {
    for await (const one of ahead(counted(), 4, work)) seen.push(one);
  };
  await expect(all()).rejects.toThrow('the fifteenth');
  expect(seen).toEqual(Array.from({ length: 15 }, (_, n) => [n, n * 10]));
  expect(most).toBeLessThanOrEqual(4);
  expect(most).toBeGreaterThan(1);
});

// Danger: a user's config may throw, export nothing, or not compile: each has to be told by name. And the same sources have
// to give the same digest wherever they lie, or every cache entry of a moved checkout is lost.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { loadProject } from '../../../workers/load-project';
import { packageRoot } from '../../../workers/package-root';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-project-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const CORE = JSON.stringify(join(packageRoot(), 'core'));

const GOOD: Record<string, string> = {
  'contracts.ts': `
    import { z } from 'zod';
    import { step } from ${CORE};
    export const hello = step('hello', { input: z.object({ name: z.string() }), output: z.object({ text: z.string() }) });`,
  'steps.ts': `
    import { implement } from ${CORE};
    import { hello } from './contracts';
    globalThis.stepsLoaded = (globalThis.stepsLoaded ?? 0) + 1;
    export const steps = implement({ hello }, { hello: ({ name }) => ({ text: 'hello ' + name }) });`,
  'perennial.config.ts': `
    import { z } from 'zod';
    import { defineConfig, pipeline } from ${CORE};
    import { hello } from './contracts';
    const greet = pipeline('greet', {
      config: z.object({ name: z.string().default('you') }),
      graph: (g, config) => g.run(hello, { name: config.name }),
    });
    export default defineConfig({ pipelines: [greet], models: [], steps: { cpu: () => import('./steps') } });`,
};

/** Writes a project and loads it. zod is the engine's own, linked as an installed package would be. */
async function load(files: Record<string, string>, name = 'project') {
  const project = join(folder, name);
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  writeFileSync(
    join(project, 'node_modules', 'zod.js'),
    `module.exports = require(${JSON.stringify(require.resolve('zod'))});`,
  );
  return loadProject(project, join(folder, 'state'));
}

test('pipelines and step code are found; step code is loaded only when its pool asks', async () => {
  const project = await load(GOOD);
  expect(project.pipelines.map(({ name }) => name)).toEqual(['greet']);
  expect(project.pools).toEqual(['cpu']);
  expect(globalThis).not.toHaveProperty('stepsLoaded');
  const [steps] = await project.steps('cpu');
  expect(Object.keys(steps?.handlers ?? {})).toEqual(['hello']);
  expect(globalThis).toHaveProperty('stepsLoaded', 1);
  await expect(project.steps('gpu')).resolves.toEqual([]);
});

test('the retention is read; a malformed one is refused by name', async () => {
  const withRetention = (retention: string): Record<string, string> => ({
    ...GOOD,
    'perennial.config.ts': (GOOD['perennial.config.ts'] ?? '').replace(
      'models: []',
      `models: [], retention: ${retention}`,
    ),
  });
  const { retention } = await load(withRetention(`{ executions: '2d', logs: 'forever' }`));
  expect(retention).toEqual({
    executions: 172_800_000,
    logs: null,
    predictions: 730 * 86_400_000,
    events: 365 * 86_400_000,
    artifacts: 365 * 86_400_000,
  });
  const refused = load(withRetention(`{ logs: '1 week' }`), 'other');
  await expect(refused).rejects.toMatchObject({
    code: 'PER_STACK_080',
    message: expect.stringContaining('1 week') as string,
  });
});

test('hand-written workflows are found; one of the name of a pipeline is refused', async () => {
  const config = (GOOD['perennial.config.ts'] ?? '')
    .replace('{ defineConfig,', '{ defineConfig, handWritten,')
    .replace('models: [],', "models: [], workflows: [handWritten('byHand', { hello })],");
  const project = await load({ ...GOOD, 'perennial.config.ts': config });
  expect(project.workflows.map(({ name }) => name)).toEqual(['byHand']);
  const clash = config.replace("'byHand'", "'greet'");
  await expect(load({ ...GOOD, 'perennial.config.ts': clash }, 'clash')).rejects.toThrow(/PER_DEF_009.*greet/);
  const nobody = (GOOD['contracts.ts'] ?? '').replace("'hello', {", "'hello', { pool: 'nobodys',");
  await expect(
    load({ ...GOOD, 'contracts.ts': nobody, 'perennial.config.ts': config.replace('[greet]', '[]') }, 'nobody'),
  ).rejects.toThrow(/PER_DEF_013.*nobodys/);
});

test('the digest is of the sources, not of where they lie; an edit changes it', async () => {
  const here = await load(GOOD, 'here');
  const there = await load(GOOD, 'there');
  const edited = await load({ ...GOOD, 'steps.ts': `${GOOD['steps.ts'] ?? ''}\nexport const more = 1;` }, 'edited');
  expect(there.digest).toBe(here.digest);
  expect(edited.digest).not.toBe(here.digest);
});

test('the source map says where the sources lie: a debugger finds them from the state folder', async () => {
  const project = await load(GOOD);
  const text = readFileSync(project.bundle, 'utf8');
  const [, base64 = ''] = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(text) ?? [];
  const { sources } = z
    .object({ sources: z.array(z.string()) })
    .parse(JSON.parse(Buffer.from(base64, 'base64').toString()));
  expect(sources).toContain(pathToFileURL(join(folder, 'project', 'steps.ts')).href);
});

test('a step that asks for a pool that nobody serves is refused with the pools that are known', async () => {
  const contracts = GOOD['contracts.ts']?.replace('output:', "pool: 'gpuu', output:") ?? '';
  const failure = load({ ...GOOD, 'contracts.ts': contracts });
  await expect(failure).rejects.toThrow(/PER_DEF_013.*hello asks for the pool 'gpuu' \(known: cpu, gpu\)/);
  // The same step is welcome where the project names the pool.
  const config = GOOD['perennial.config.ts']?.replace('steps: {', "steps: { gpuu: () => import('./steps'),") ?? '';
  const named = await load({ ...GOOD, 'contracts.ts': contracts, 'perennial.config.ts': config }, 'named');
  expect(named.pools).toEqual(['gpuu', 'cpu']);
});

/** A definition that is wrong in line 4 of a file beside the config. */
const FAULTY: Record<string, string> = {
  'contracts.ts': GOOD['contracts.ts'] ?? '',
  'pipelines/greet.ts': [
    `import { pipeline } from ${CORE};`,
    `import { z } from 'zod';`,
    `import { hello } from '../contracts';`,
    `export const greet = pipeline('Greet Me', { config: z.object({}), graph: (g) => g.run(hello, { name: 'x' }) });`,
  ].join('\n'),
  'perennial.config.ts': `
    import { defineConfig } from ${CORE};
    import { greet } from './pipelines/greet';
    export default defineConfig({ pipelines: [greet], models: [], steps: {} });`,
};

async function messageOf(files: Record<string, string>): Promise<string> {
  const failure = await load(files).catch((error: unknown) => error);
  return failure instanceof Error ? failure.message : '';
}

describe('a faulty definition says itself what is wrong, once, and in which line of the project', () => {
  test('of a file beside the config', async () => {
    const message = await messageOf(FAULTY);
    expect(message).toMatch(/^\[PER_DEF_001\] pipelines\/greet\.ts:4:\d+: .*Greet Me.*lower-case letters/);
    expect(message.match(/Greet Me/g)).toHaveLength(1);
    expect(message).not.toContain('PER_STACK_007');
  });

  test('inside the graph, below the frames of the engine that trace it', async () => {
    const graph = [
      `graph: (g) => {`,
      `const x = g.map('each', [1], () => g.run(hello, { name: 'x' }, { id: 'B C' }));`,
    ];
    const text = (FAULTY['pipelines/greet.ts'] ?? '')
      .replace('Greet Me', 'greet')
      .replace(/graph: .*/, `\n\n${graph.join('\n')} return x; } });`);
    expect(await messageOf({ ...FAULTY, 'pipelines/greet.ts': text })).toMatch(
      /^\[PER_DEF_001\] pipelines\/greet\.ts:7:\d+: .*B C/,
    );
  });

  test('in step code, which is loaded later', async () => {
    const steps = (GOOD['steps.ts'] ?? '').replace('implement({ hello }, { hello:', 'implement({ hello }, { helo:');
    const project = await load({ ...GOOD, 'steps.ts': steps });
    await expect(project.steps('cpu')).rejects.toThrow(/^\[PER_DEF_006\] steps\.ts:5:\d+: /);
  });

  test('an error of another kind keeps its line too', async () => {
    const thrower = `export const greet = ((): never => {\n  throw new Error('no such table');\n})();`;
    expect(await messageOf({ ...FAULTY, 'pipelines/greet.ts': thrower })).toMatch(
      /PER_STACK_103.*throws while it is loaded: no such table \(pipelines\/greet\.ts:2:\d+\)\./,
    );
  });
});

const WRONG: [string, string | null, RegExp, string?][] = [
  ['is missing', null, /does not exist/],
  [
    'throws',
    'throw new Error("no such table"); export default 1;',
    /throws while it is loaded: no such table/,
    'PER_STACK_103',
  ],
  ['has no default export', 'export const config = {};', /perennial\.config\.ts/],
  ['exports something else', 'export default { pipelines: [] };', /must be made with defineConfig/],
  ['does not compile', 'export default {', /does not compile: perennial\.config\.ts:1/, 'PER_STACK_102'],
  ['imports what is not there', "import './nowhere'; export default 1;", /nowhere/, 'PER_STACK_102'],
  [
    'lists what is no pipeline',
    `import { defineConfig } from ${CORE}; export default defineConfig({ pipelines: [{}], models: [], steps: {} });`,
    /pipelines\.0 must be made with pipeline/,
  ],
];

test.each(WRONG)(
  'a config that %s is refused by name, with what mends it',
  async (_, text, says, code = 'PER_STACK_007') => {
    const files: Record<string, string> = text === null ? {} : { 'perennial.config.ts': text };
    const failure = await load(files).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    const message = failure instanceof Error ? failure.message : '';
    expect(message).toMatch(says);
    // Where a line is wrong, what the end has to look like helps nobody.
    expect(message.includes('export default defineConfig(')).toBe(code === 'PER_STACK_007');
  },
);

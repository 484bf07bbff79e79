// Danger: a library that creeps into Temporal's sandbox. pino is accepted there in silence (its browser build), zod
// costs a megabyte in every worker, and either makes replays depend on code that should not be in them.
import { bundleWorkflows } from './bundle-workflows';

/** Packages that the bundle of `workflows/` may hold: the SDK's own, and what it stands on. */
const ALLOWED = [
  '@temporalio/',
  '@protobufjs/',
  'protobufjs/',
  'long/',
  'ms/',
  'nexus-rpc/',
  '@opentelemetry/',
  'assert/',
  'util/',
  'url/',
];

/** The packages and rooms that a bundle was made of, read from the names webpack gives its modules. */
function contents(code: string): { packages: string[]; rooms: string[] } {
  const paths = [...code.matchAll(/^\/\*\*\*\/ "(\.[^"]+)":?/gm)].map((match) => match[1] ?? '');
  const packages = paths.flatMap((path) => {
    const inside = path.split('node_modules/').at(-1);
    return path.includes('node_modules/') && inside !== undefined ? [inside] : [];
  });
  const rooms = paths.flatMap((path) => (path.includes('node_modules/') ? [] : [path.replace(/^(\.\/|\.\.\/)*/, '')]));
  return { packages: [...new Set(packages)], rooms: [...new Set(rooms)] };
}

function strays(code: string): string[] {
  const { packages, rooms } = contents(code);
  return [
    ...packages.filter((path) => !ALLOWED.some((allowed) => path.startsWith(allowed))),
    ...rooms.filter((path) =>
      /^(core\/(define|index)|steps|client|activities|store|workers|api|serving|cli)\b/.test(path),
    ),
  ];
}

describe('the bundle of workflows/', () => {
  jest.setTimeout(60_000);
  let code: string;
  beforeAll(async () => {
    code = await bundleWorkflows('workflows/index.ts');
  });

  it('holds the interpreter and the SDK, and nothing else', () => {
    expect(contents(code).rooms).toContain('core/interpret/interpret.ts');
    expect(contents(code).packages.length).toBeGreaterThan(10);
    expect(strays(code)).toEqual([]);
  });

  it('stays below two and three quarters megabytes: zod alone would take it beyond three and a half', () => {
    expect(Buffer.byteLength(code)).toBeLessThan(2.75 * 1024 * 1024);
  });

  it('control: zod and pino in the sandbox are found', async () => {
    const found = strays(await bundleWorkflows('test/workflows/stray/with-libraries.ts'));
    for (const name of ['zod', 'pino']) expect(found.some((path) => path.startsWith(`${name}/`))).toBe(true);
  });

  it.each(['node-fs'])('control: %s in the sandbox does not bundle', async (name) => {
    await expect(bundleWorkflows(`test/workflows/stray/with-${name}.ts`)).rejects.toThrow();
  });
});

describe('the bundle of perennial-ml/workflow, which users have in theirs', () => {
  jest.setTimeout(60_000);
  let code: string;
  let sdk: string;
  beforeAll(async () => {
    [code, sdk] = await Promise.all([
      bundleWorkflows('workflows/hand-written/index.ts'),
      bundleWorkflows('test/workflows/empty.ts'),
    ]);
  });

  it('holds neither zod nor the interpreter, and no package that the SDK has not', () => {
    expect(contents(code).rooms).toContain('workflows/hand-written/recorded.ts');
    expect(strays(code)).toEqual([]);
    expect(
      contents(code).rooms.filter((path) => /^core\/(interpret\/(?!(failure|limits)\.ts)|nodes|rerun|expr)/.test(path)),
    ).toEqual([]);
  });

  it('holds the tables of errors that it raises from, and no other', () => {
    const tables = contents(code).rooms.filter((path) => path.startsWith('core/errors/'));
    expect(tables.sort()).toEqual(
      ['define', 'error', 'in-workflows', 'interpret', 'run'].map((name) => `core/errors/${name}.ts`),
    );
  });

  it('adds less than 105 KB to that of the SDK, a third of it the tables of errors', () => {
    const [own, all] = [sdk, code].map((text) => Buffer.byteLength(text.replace(/^\/\/# sourceMappingURL=.*$/m, '')));
    expect((all ?? 0) - (own ?? 0)).toBeGreaterThan(50 * 1024);
    expect((all ?? 0) - (own ?? 0)).toBeLessThan(105 * 1024);
  });
});

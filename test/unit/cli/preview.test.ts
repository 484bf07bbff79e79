// Danger: a command that is told to work in a preview works on production: its name is lost on the way, one of its parts is still
// production's, or a name leads out of the folder of previews.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { buildProgram } from '../../../cli/main';
import { reachableSettings, resolveSettings } from '../../../cli/settings';
import { checkPreviewName, previewDatabase, previewOfDatabase } from '../../../store/previews/names';

const before = { ...process.env };
const DATABASE_URL = 'postgres://me:secret@db:5432/perennial?sslmode=require';
let state: string;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'perennial-preview-'));
  Object.assign(process.env, {
    DATABASE_URL,
    TEMPORAL_ADDRESS: 'temporal:7233',
    TEMPORAL_NAMESPACE: 'ours',
    PERENNIAL_STATE: state,
    PERENNIAL_ARTIFACTS: '/srv/artifacts',
    PERENNIAL_SERVING_URL: 'http://production:8080',
    PERENNIAL_PREVIEW: '',
  });
  make('fix-age', 'whole');
});
afterEach(() => {
  process.env = { ...before };
  rmSync(state, { recursive: true, force: true });
});

function make(name: string, state_: string): void {
  const folder = join(state, 'previews', name);
  mkdirSync(folder, { recursive: true });
  const marker = {
    format: 1,
    ...{ name, state: state_, artifactsBase: '/srv/artifacts' },
    ...{ database: `perennial_preview_${name}`, namespace: `ours-preview-${name}` },
  };
  writeFileSync(join(folder, 'preview.json'), JSON.stringify(marker));
}

test.each(['a', 'fix-age', '0', 'a'.repeat(30)])('%s is a name', (name) => {
  expect(checkPreviewName(name)).toBe(name);
});

test.each(['', 'A', 'a_b', '..', 'a/b', '-a', 'a-', 'a b', 'ä', 'a\n', 'a'.repeat(31)])('%j is no name', (name) => {
  expect(() => checkPreviewName(name)).toThrow('PER_STACK_086');
});

test('the name of a database says which preview it is of, beside which one; one that Postgres would cut is refused', () => {
  const database = previewDatabase(DATABASE_URL, 'fix-age');
  expect(database).toBe('perennial_preview_fix-age');
  expect(previewOfDatabase(DATABASE_URL, database)).toBe('fix-age');
  expect(previewOfDatabase('postgres://db/other', database)).toBeNull();
  expect(previewOfDatabase(DATABASE_URL, 'perennial')).toBeNull();
  expect(() => previewDatabase(`postgres://db/${'x'.repeat(40)}`, 'a'.repeat(30))).toThrow('PER_STACK_086');
});

test.each(['flag', 'environment'])('a preview named by %s has nothing of production but its servers', (by) => {
  process.env['PERENNIAL_VERSIONING'] = 'pinned';
  if (by === 'environment') process.env['PERENNIAL_PREVIEW'] = 'fix-age';
  const { settings, sources } = resolveSettings(by === 'flag' ? { preview: 'fix-age' } : {});
  const folder = join(state, 'previews', 'fix-age');
  expect(settings).toMatchObject({
    preview: 'fix-age',
    state: folder,
    artifacts: join(folder, 'artifacts'),
    artifactsBase: '/srv/artifacts',
    predictions: join(folder, 'predictions'),
    temporalAddress: 'temporal:7233',
    temporalNamespace: 'ours-preview-fix-age',
    databaseUrl: 'postgres://me:secret@db:5432/perennial_preview_fix-age?sslmode=require',
    servingUrl: null,
    // Its workers go on with what there is, whatever production's do.
    versioning: 'off',
  });
  expect(sources).toMatchObject({ preview: by, databaseUrl: 'preview', temporalNamespace: 'preview' });
});

test('without a name nothing is of a preview, and `preview: null` wins over the environment', () => {
  const production = { preview: null, artifacts: '/srv/artifacts', artifactsBase: null, databaseUrl: DATABASE_URL };
  expect(resolveSettings({}).settings).toMatchObject(production);
  process.env['PERENNIAL_PREVIEW'] = 'fix-age';
  expect(resolveSettings({ preview: null }).settings).toMatchObject(production);
});

test('one that is not there, or was cut short while it was made or dropped, cannot be worked in', () => {
  expect(() => reachableSettings({ preview: 'other' })).toThrow(/PER_STACK_085.*no preview 'other'/);
  for (const cut of ['making', 'dropping']) {
    make('cut', cut);
    expect(() => reachableSettings({ preview: 'cut' })).toThrow(/PER_STACK_085.*'cut' is not whole.*preview drop cut/);
  }
  expect(() => reachableSettings({ preview: '../../etc' })).toThrow('PER_STACK_086');
});

/** The error's code and the exit code of a command line. */
async function refusal(...args: string[]): Promise<unknown> {
  const spy = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await buildProgram().parseAsync(['node', 'perennial', ...args, '--json']);
    return spy.mock.calls.map(([text]): unknown => JSON.parse(String(text)));
  } catch (error) {
    return error instanceof Error ? error.message : error;
  } finally {
    process.exitCode = 0;
    spy.mockRestore();
  }
}

/** Every verb, by its words: `deploy set-current`. */
function verbsOf(command: Command): { readonly words: readonly string[]; readonly command: Command }[] {
  return command.commands.flatMap((one) => [
    { words: [one.name()], command: one },
    ...verbsOf(one).map((below) => ({ ...below, words: [one.name(), ...below.words] })),
  ]);
}

const OUTSIDE = ['up', 'down', 'dev', 'demo', 'init'];
const INSIDE = verbsOf(buildProgram())
  .map(({ words }) => words.join(' '))
  .filter((verb) => !OUTSIDE.includes(verb));

test('there are as many verbs as that', () => {
  expect(INSIDE.length).toBeGreaterThan(40);
  expect(INSIDE).toEqual(expect.arrayContaining(['run', 'deploy set-current', 'schedules sync', 'model retrain']));
});

describe.each(INSIDE)('%s', (verb) => {
  test.each(['before', 'behind'])('the name that stands %s the verb reaches it', async (where) => {
    const program = buildProgram();
    const asked = verbsOf(program).find(({ words }) => words.join(' ') === verb);
    if (asked === undefined) throw new Error(`there is no ${verb}`);
    // All but what it does: that may need a server.
    const namespaces: string[] = [];
    asked.command.action(() => void namespaces.push(resolveSettings({}).settings.temporalNamespace));
    const given = [
      ...asked.command.registeredArguments.flatMap(({ required }) => (required ? ['x'] : [])),
      ...asked.command.options.flatMap(({ mandatory, long }) => (mandatory && long != null ? [long, 'x'] : [])),
    ];
    const named = ['--preview', 'fix-age'];
    const args = where === 'before' ? [...named, ...asked.words, ...given] : [...asked.words, ...given, ...named];
    await program.parseAsync(['node', 'perennial', ...args]);
    expect(namespaces).toEqual(['ours-preview-fix-age']);
  });
});

test.each(OUTSIDE)('%s, which is about a stack as a whole, does not act in a preview', async (verb) => {
  const args = verb === 'init' ? [verb, 'folder'] : [verb];
  expect(await refusal(...args, '--preview', 'fix-age')).toContain('PER_STACK_011');
  process.env['PERENNIAL_PREVIEW'] = 'fix-age';
  expect(await refusal(...args)).toContain(`'${verb}' does not act in a preview`);
});

test('other records need their own artifact store named', async () => {
  const said = JSON.stringify(await refusal('preview', 'create', 'another', '--base', 'postgres://db/production'));
  expect(said).toMatch(/PER_STACK_011.*--base needs --base-artifacts/);
});

test('there is no preview of a preview', async () => {
  const said = JSON.stringify(await refusal('preview', 'create', 'another', '--preview', 'fix-age'));
  expect(said).toMatch(/PER_STACK_087.*no preview of a preview/);
});

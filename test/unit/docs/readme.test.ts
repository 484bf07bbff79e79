/**
 * Danger: the first code that anyone reads does not compile, a link leads nowhere, a command it names does not exist. The
 * example is a file of the project, which the compiler and the demo's project check; the README must hold it verbatim.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { buildProgram } from '../../../cli/main';
import { outlineOf } from '../../../core/rerun/outline';
import { targetOf } from '../../../core/rerun/target';
import { lateAirports } from '../../../pipelines/late-airports/pipeline';
import { dense } from './dense';

const root = join(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const pages = [
  'README.md',
  'examples/python-step/README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...markdownIn('docs'),
  ...markdownIn('docs/decisions'),
];

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => (name.endsWith('.md') ? [`${folder}/${name}`] : []));
}

const Versions = z.record(z.string(), z.string());
const Manifest = z.object({ version: z.string(), dependencies: Versions, devDependencies: Versions });

test('the changelog says what has changed since the last release, and first what operators must do', () => {
  const [, unreleased = ''] = /## \[Unreleased\]([^]*?)(?=\n## |$)/.exec(read('CHANGELOG.md')) ?? [];
  expect([...unreleased.matchAll(/^### (\w+)$/gm)].map(([, name]) => name)).toEqual(
    expect.arrayContaining(['Operators', 'Added']),
  );
  expect(unreleased.match(/^- /gm)?.length).toBeGreaterThan(3);
});

test('the example of the README is a file of this project, word for word', () => {
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1];
  expect(example).toBe(read('pipelines/late-airports/pipeline.ts'));
  expect(read('perennial.config.ts')).toContain('pipelines/late-airports/pipeline');
});

describe('the project that it tells a newcomer to write', () => {
  const section = readme.slice(readme.indexOf('### Your own project'), readme.indexOf('## What next'));
  const examples = [...section.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? '');

  test('compiles: its files are read by the compiler, word for word', () => {
    const compiled = dense(read('test/types/readme-project.test-d.ts')).replace(
      './readme-project.test-d.js',
      './steps',
    );
    expect(examples).toHaveLength(3);
    for (const code of examples) expect(compiled).toContain(dense(code.replace(/^import .*$/gm, '')));
  });

  test('installs what this package was built with: types of another zod or compiler may not fit', () => {
    const { version, dependencies, devDependencies } = Manifest.parse(JSON.parse(read('package.json')));
    const minor = (text = ''): string => text.split('.').slice(0, 2).join('.');
    expect(section).toContain(`perennial-ml-${version}.tgz zod@${minor(dependencies['zod'])}\n`);
    expect(section).toContain(`typescript@${minor(devDependencies['typescript'])} @types/node@20\n`);
  });
});

describe('what it tells a newcomer to call next', () => {
  const section = readme.slice(readme.indexOf('## What next'), readme.indexOf('## Where things are'));
  const lines = (/```sh\n([^]*?)```/.exec(section)?.[1] ?? '').split('\n').map((line) => line.replace(/ +#.*$/, ''));
  const outline = outlineOf(lateAirports.plan);

  test('names nodes of the pipeline that it runs', () => {
    const words = /(?:(?:why|spin|approve|retry-now|skip) <run>|--from|--node|--items) '?([^\s']+)'?/;
    const nodes = lines.flatMap((line) => words.exec(line)?.[1] ?? []);
    expect(nodes.length).toBeGreaterThan(7);
    expect(lines.join()).toContain('perennial run late-airports');
    for (const node of nodes) expect(targetOf(outline, { from: node })).not.toBeNull();
  });

  test('names files and models that are there', () => {
    expect(lines.flatMap((line) => /[ =]@(\S+)/.exec(line)?.[1] ?? []).filter((file) => !existsSync(file))).toEqual([]);
    const models = lines.flatMap((line) => /(?:model [a-z]+|predict) ([\w-]+)/.exec(line)?.[1] ?? []);
    expect(new Set(models)).toEqual(new Set(['flight-delays']));
    expect(read('pipelines/flight-delays/model.ts')).toContain("model('flight-delays'");
  });
});

test('the places that its table names are there', () => {
  const table = readme.slice(readme.indexOf('## Where things are'), readme.indexOf('## Documents'));
  const places = [...table.matchAll(/`([\w./-]+)`/g)].map((match) => match[1] ?? '');
  expect(places.length).toBeGreaterThan(4);
  expect(places.filter((place) => !existsSync(join(root, place)))).toEqual([]);
});

test.each(pages)('%s: links lead to files that exist', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
  const broken = links.filter((link) => !link.startsWith('http') && !existsSync(join(root, dirname(page), link)));
  expect(broken).toEqual([]);
});

test.each(pages)('%s: the verbs that it names exist', (page) => {
  const verbs = buildProgram().commands.map((command) => command.name());
  const named = [...read(page).matchAll(/(?:npx |`)perennial ([a-z-]+)/g)].map((match) => match[1] ?? '');
  expect(named.filter((verb) => !verbs.includes(verb))).toEqual([]);
});

test.each(pages)('%s: the npm scripts that it names exist', (page) => {
  const manifest = read('package.json');
  const named = [...read(page).matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? '');
  expect(named.filter((script) => !manifest.includes(`"${script}":`))).toEqual([]);
});

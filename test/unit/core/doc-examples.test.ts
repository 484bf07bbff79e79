// Danger: an example that was compiled once and has been edited since. The compiler reads doc-examples.test-d.ts; this
// holds the doc comments against it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dense } from '../docs/dense';

const root = join(__dirname, '../../..');

function examplesIn(folder: string): { file: string; code: string }[] {
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) => {
    const file = `${folder}/${name}`;
    const blocks = readFileSync(join(root, file), 'utf8').matchAll(/^ +\* @example\n((?: +\* .*\n)+?) +\*\/$/gm);
    return [...blocks].map(([, block]) => ({ file, code: (block ?? '').replace(/^ +\* /gm, '') }));
  });
}

const folders = [
  'core/define',
  'core/expr',
  'testing',
  'client',
  'workflows/hand-written',
  'activities/monitor/drift',
  'activities/monitor/drift/detectors',
  'activities/evaluate/segments',
  'activities/monitor/drift/multivariate',
];
const examples = folders.flatMap(examplesIn);
const compiled = ['doc-examples', 'drift-examples', 'segments-page']
  .map((name) => dense(readFileSync(join(root, `test/types/${name}.test-d.ts`), 'utf8')))
  .join('\n');

describe('examples in doc comments', () => {
  it('are found', () => {
    expect(examples.map(({ file }) => file)).toEqual(
      expect.arrayContaining([
        'core/define/step.ts',
        'core/define/graph.ts',
        'core/expr/build.ts',
        'activities/monitor/drift/measure-drift.ts',
        'activities/monitor/drift/detectors/adwin.ts',
      ]),
    );
  });

  it.each(examples.map(({ file, code }) => [file, code] as const))('%s: compiles as it stands', (_file, code) => {
    const own = dense(code.replace(/^export /gm, '').replace(/ \/\/ .*$/gm, '')).replace(/;$/, '');
    expect(compiled).toContain(own);
  });
});

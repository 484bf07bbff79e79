/**
 * Danger: a dependency that nobody remembers the reason for, or a reason for one that is gone.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const root = join(__dirname, '../../..');
const page = readFileSync(join(root, 'docs/DEPENDENCIES.md'), 'utf8');
const Names = z.record(z.string(), z.string());
const manifest = z
  .object({ dependencies: Names, devDependencies: Names })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

/** The packages of one part of the page, with their reasons. */
function documented(heading: string): Map<string, string> {
  const part = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  return new Map([...part.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

describe('docs/DEPENDENCIES.md', () => {
  test.each([
    ['What runs', manifest.dependencies],
    ['What checks and builds', manifest.devDependencies],
  ])('%s: names the packages of package.json, all of them and no others', (heading, packages) => {
    expect([...documented(heading).keys()].sort()).toEqual(Object.keys(packages).sort());
  });

  test('every version is pinned', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter(([, version]) => !/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+/.test(version))).toEqual([]);
  });
});

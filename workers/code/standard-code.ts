import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type StepCode, toStepCode } from '../../activities/run-step';
import { packageRoot } from '../package-root';
import { installedPackages } from './packages';

const Manifest = z.object({ dependencies: z.record(z.string(), z.string()) });

/**
 * The code behind the engine's own steps: its build, which every one of its files goes into, and the packages that it was
 * installed with. Their stages share most of what they import, so that telling them apart would save little.
 */
export function standardCode(build: string): StepCode {
  const root = packageRoot();
  const { dependencies } = Manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const imports = Object.keys(dependencies).map((name) => ({ name, from: root }));
  return toStepCode({
    files: {},
    packages: { ...installedPackages(root).versionsOf(imports) },
    build,
    whole: null,
  });
}

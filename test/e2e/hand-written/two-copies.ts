import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../../workers/package-root';
import { bundleWorkflows } from '../../workflows/bundle-workflows';

/**
 * Bundles a workflow of a project beside which the engine lies linked, as after `npm link perennial-ml`: the project has
 * Temporal's SDK installed for itself, and the engine's files find the engine's own.
 *
 * @param folder where the project is made
 */
export async function bundleLinked(folder: string): Promise<string> {
  const engine = packageRoot();
  const project = join(folder, 'linked');
  const scope = join(project, 'node_modules', '@temporalio');
  await mkdir(scope, { recursive: true });
  try {
    for (const name of await readdir(join(engine, 'node_modules', '@temporalio'))) {
      const installed = join(engine, 'node_modules', '@temporalio', name);
      if (['workflow', 'common'].includes(name)) await cp(installed, join(scope, name), { recursive: true });
      else await symlink(installed, join(scope, name));
    }
    // What the copies themselves ask for.
    for (const name of ['nexus-rpc', 'long', 'ms', 'proto3-json-serializer'])
      await symlink(join(engine, 'node_modules', name), join(project, 'node_modules', name));
    const workflows = join(project, 'workflows.ts');
    const recorded = JSON.stringify(join(engine, 'workflows', 'hand-written'));
    await writeFile(
      workflows,
      `import { recorded } from ${recorded};
       export const nightly = (input) => recorded(input, () => Promise.resolve(null));`,
    );
    return await bundleWorkflows(workflows);
  } finally {
    await rm(project, { recursive: true });
  }
}

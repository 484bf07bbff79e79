// `npm test [-- ARGS]`: sets the checkout up, then runs jest: first the tests that need nothing, then those that share one
// embedded stack. Arguments go to both; a project without a match for them passes.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './inputs.mjs';
import { endWithNpm, say, setUp } from './setup.mjs';

endWithNpm();
await setUp();
const given = process.argv.slice(2);
/**
 * Files that run at the same time, where jest's own choice is one less than there are cores. Those of the stack share its
 * servers and start workers of their own: two keep two cores busy, and with three, time-outs of the engine began to pass.
 */
const AT_ONCE = { unit: ['--maxWorkers=100%'], stack: ['--maxWorkers=2'] };
let worst = 0;
for (const project of ['unit', 'stack']) {
  const code = await jest(project);
  if (code !== 0) say(`the tests of the project '${project}' failed`);
  worst = Math.max(worst, code);
}
process.exit(worst);

function jest(project) {
  // jest is run by a file of ours that ends when this process does, however that happens.
  const jest = join(root, 'cli', 'launch', 'jest.mjs');
  const args = [jest, '--selectProjects', project, '--passWithNoTests', ...AT_ONCE[project], ...given];
  const child = spawn(process.execPath, ['--no-warnings=ExperimentalWarning', ...args], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

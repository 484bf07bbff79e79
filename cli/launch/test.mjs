// `npm test [-- ARGS]`: sets the checkout up, then runs jest twice at the same time: the tests that share one embedded stack,
// and beside them, with the time that those leave over, the tests that need nothing. Arguments go to both; a project without a
// match for them passes.
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { root } from './inputs.mjs';
import { endWithNpm, say, setUp } from './setup.mjs';

endWithNpm();
await setUp();
const given = process.argv.slice(2);
/**
 * Files that run at the same time. Those of the stack share its servers and start workers of their own: two keep two cores
 * busy, and with three, time-outs of the engine began to pass.
 */
const AT_ONCE = { unit: '--maxWorkers=100%', stack: '--maxWorkers=2' };

const [stack, unit] = await Promise.all([jest('stack'), jest('unit')]);
process.exit(Math.max(stack, unit));

/** Runs the tests of a project; those of `unit` behind everything else, and what they print is printed when they have ended. */
async function jest(project) {
  const beside = project === 'unit';
  // jest is run by a file of ours that ends when this process does, however that happens.
  const args = [join(root, 'cli', 'launch', 'jest.mjs'), '--selectProjects', project, '--passWithNoTests'];
  const child = spawn(process.execPath, ['--no-warnings=ExperimentalWarning', ...args, AT_ONCE[project], ...given], {
    cwd: root,
    stdio: beside ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['inherit', 'inherit', 'inherit', 'ipc'],
    env: beside && process.stderr.isTTY ? { ...process.env, FORCE_COLOR: '1' } : process.env,
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => printed.push(text));
  // Those that wait for heartbeats and time-outs of the engine go first.
  if (beside && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
  process.stderr.write(Buffer.concat(printed));
  if (code !== 0) say(`the tests of the project '${project}' failed`);
  return code;
}

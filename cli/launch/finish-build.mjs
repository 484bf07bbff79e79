// The second half of `npm run build`, after tsc: drops what no source makes any more, bundles the workflows once (each
// worker would spend seconds on it at its start), and writes dist/build.json.
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf, filesBelow, readBuild, root, sources } from './inputs.mjs';

const dist = join(root, 'dist');
const bundlePath = join(dist, 'workflow-bundle.js');

/** A file of dist without its source would be found by `require` and change the digest. */
function dropOrphans() {
  for (const path of filesBelow(dist, '.js')) {
    if (path === bundlePath) continue;
    const stem = path.slice(0, -'.js'.length);
    if (existsSync(join(root, `${relative(dist, stem)}.ts`))) continue;
    for (const ending of ['.js', '.js.map', '.d.ts']) rmSync(stem + ending, { force: true });
  }
}

/** Workflows reach only workflows/ and core/; the lock file pins the SDK whose code is bundled along. */
function workflowInputs() {
  const compiled = ['workflows', 'core'].flatMap((room) => filesBelow(join(dist, room), '.js'));
  return digestOf([...compiled, join(root, 'package-lock.json'), fileURLToPath(import.meta.url)]);
}

/** Loaded once for all workflows of a thread, not once a workflow: they keep nothing between each other. */
function preloaded(workflowsPath) {
  if (process.env.PERENNIAL_WORKFLOW_TRACES === '1') return [workflowsPath];
  return [join(dist, 'workflows', 'without-traces.js'), workflowsPath];
}

async function bundleWorkflows() {
  const require = createRequire(join(root, 'package.json'));
  const { bundleWorkflowCode } = require('@temporalio/worker');
  const said = [];
  const say = (level) => (message) => said.push(`${level}: ${message}`);
  const logger = {
    log: (level, message) => said.push(`${level}: ${message}`),
    trace: say('trace'),
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
  };
  try {
    const workflowsPath = join(dist, 'workflows', 'index.js');
    const interceptors = join(dist, 'workflows', 'hand-on-trace.js');
    const { code } = await bundleWorkflowCode({
      workflowsPath,
      workflowInterceptorModules: [interceptors],
      preloadModules: [...preloaded(workflowsPath), interceptors],
      logger,
    });
    writeFileSync(`${bundlePath}.new`, code);
    renameSync(`${bundlePath}.new`, bundlePath);
  } catch (error) {
    console.error(said.join('\n'));
    throw error;
  }
}

dropOrphans();
// `npx perennial` runs this file itself; npm before 11 does not set the mode.
chmodSync(join(dist, 'cli', 'main.js'), 0o755);
const before = readBuild();
const workflows = workflowInputs();
if (before?.workflows !== workflows || !existsSync(bundlePath)) await bundleWorkflows();
const compiled = filesBelow(dist, '.js').filter((path) => path !== bundlePath);
// The bundle itself stands aside: it carries paths of this machine, and what it is made from is counted already.
const build = { digest: digestOf(compiled), workflows, inputs: digestOf(sources()) };
writeFileSync(join(dist, 'build.json.new'), `${JSON.stringify(build, null, 2)}\n`);
renameSync(join(dist, 'build.json.new'), join(dist, 'build.json'));

// A worker of its own for one isolated execution, to be killed: node isolated-worker.cjs <folder>
const { join } = require('node:path');
const { runIsolated } = require('../../dist/activities/run-step/isolate');
const { readEnvironment } = require('../../dist/store/environment');

const quiet = () => undefined;
const task = {
  type: 'run',
  step: 'alone',
  pool: 'cpu',
  bundle: join(__dirname, 'isolated-project.cjs'),
  run: 'r',
  address: 'a',
};
void runIsolated(
  { ...task, input: { how: 'compute', folder: process.argv[2] }, fence: 1, never: [] },
  {
    environment: readEnvironment(),
    signal: new AbortController().signal,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    progress: quiet,
  },
);

// A worker of its own for one isolated execution, to be killed: node isolated-worker.cjs <the task as JSON>

const { runIsolated } = require('../../dist/activities/run-step/isolate');
const { readEnvironment } = require('../../dist/store/environment');

const quiet = () => undefined;
void runIsolated(JSON.parse(process.argv[2]), {
  environment: readEnvironment(),
  signal: new AbortController().signal,
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  progress: quiet,
});

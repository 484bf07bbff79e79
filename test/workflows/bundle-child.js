'use strict';
// Run as a process of its own: the bundler is ten times slower inside jest's realm, and prints there after tests end.
const { writeFileSync } = require('node:fs');
const { bundleWorkflowCode } = require('@temporalio/worker');

const [workflowsPath, out] = process.argv.slice(2);
const quiet = () => undefined;
const logger = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, log: quiet };

bundleWorkflowCode({ workflowsPath, preloadModules: [workflowsPath], logger }).then(
  ({ code }) => writeFileSync(out, code),
  (error) => {
    process.stderr.write(String(error));
    process.exitCode = 1;
  },
);

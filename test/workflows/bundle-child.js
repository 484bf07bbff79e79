'use strict';
// Run as a process of its own: the bundler is ten times slower inside jest's realm, and prints there after tests end.
const { writeFileSync } = require('node:fs');
const { bundleWorkflowCode } = require('@temporalio/worker');

const [workflowsPath, out] = process.argv.slice(2);
// As the build does for the engine's own workflows; those of users are loaded anew for each workflow.
const preloadModules = workflowsPath.endsWith('/workflows/index.ts') ? [workflowsPath] : [];
const quiet = () => undefined;
const logger = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, log: quiet };

bundleWorkflowCode({ workflowsPath, preloadModules, logger }).then(
  ({ code }) => writeFileSync(out, code),
  (error) => {
    process.stderr.write(String(error));
    process.exitCode = 1;
  },
);

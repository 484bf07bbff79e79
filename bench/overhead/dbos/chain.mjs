// A chain of no-op steps as one writes it for DBOS. Plain JavaScript: its package is installed when the benchmark runs, so
// the compiler does not know it. Says its version on its channel when it is ready, then runs one chain a message.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { DBOS_PACKAGES, DBOS_DATABASE } = process.env;
const require = createRequire(join(DBOS_PACKAGES, 'package.json'));
const { DBOS } = require('@dbos-inc/dbos-sdk');
const { version } = require(join(DBOS_PACKAGES, 'node_modules/@dbos-inc/dbos-sdk/package.json'));

/** The same no-op, and as many tries, as the pipelines' step. */
const noop = (n) => DBOS.runStep(() => Promise.resolve({ n }), { name: 'noop', retriesAllowed: true, maxAttempts: 3 });

const chain = DBOS.registerWorkflow(
  async (length) => {
    let n = 0;
    for (let i = 0; i < length; i += 1) n = (await noop(n)).n;
    return n;
  },
  { name: 'chain' },
);

DBOS.setConfig({ name: 'bench', systemDatabaseUrl: DBOS_DATABASE, logLevel: 'error' });
await DBOS.launch();
process.on('message', async ({ length }) => {
  const handle = await DBOS.startWorkflow(chain)(length);
  await handle.getResult();
  process.send({ done: handle.workflowID });
});
process.once('disconnect', async () => {
  await DBOS.shutdown();
  process.exit(0);
});
process.send({ ready: version });

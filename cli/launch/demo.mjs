// `npm run demo`: sets the checkout up, then plays the demo in this very process, so that whoever ends this one ends the demo.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './inputs.mjs';
import { endWithNpm, setUp } from './setup.mjs';

endWithNpm();
await setUp();
const { run } = createRequire(join(root, 'package.json'))('./dist/cli/main.js');
await run([process.execPath, 'perennial', 'demo', ...process.argv.slice(2)]);

// `npm run bench -- NAME`: sets the checkout up, then runs one benchmark beside its peer.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './inputs.mjs';
import { endWithNpm, setUp } from './setup.mjs';

endWithNpm();
await setUp();
createRequire(join(root, 'package.json'))('./dist/bench/main.js');

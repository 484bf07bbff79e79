import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../../core/errors';
import { errorsDocument } from '../../core/errors/document';
import { packageRoot } from '../../workers/package-root';

/** Writes docs/ERRORS.md anew: `node dist/cli/docs/write-errors.js`, after a row was added to core/errors. */
writeFileSync(join(packageRoot(), 'docs/ERRORS.md'), errorsDocument(ERRORS));

import { historyOf, openWorkflows } from '../../client/deploy/open-workflows';
import { readKept } from '../../workers/replay/kept-histories';
import type { CommonOptions } from '../frame';
import { withTemporal } from '../open';
import { checkDeploy, type DeployCheck } from './check-deploy';
import { historiesOf } from './histories-of';
import { withCheck } from './parts-of-check';

/** Holds the build at hand against what is open on the server, and against what the project keeps. */
export async function checkOpen(flags: Pick<CommonOptions, 'state' | 'project'>): Promise<DeployCheck> {
  return withCheck(flags, {}, (parts) =>
    withTemporal(flags, (temporal) =>
      checkDeploy({
        ...parts,
        kept: readKept(historiesOf(flags), { mayLack: true }),
        open: openWorkflows(temporal, parts.handWritten.types),
        history: (one) => historyOf(temporal, one),
      }),
    ),
  );
}

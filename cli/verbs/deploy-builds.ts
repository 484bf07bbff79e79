import type { Command } from 'commander';
import { act, CommonOptions, verb } from '../frame';
import { withConnection } from '../open';
import { buildAtHand } from '../deploy/parts-of-check';
import { readProject } from '../read-project';
import { buildsText } from '../views/builds-text';

/** `perennial deploy builds`: which builds there are, who works for them, and what is pinned to them. */
export function registerBuilds(deploy: Command): void {
  verb(deploy, 'builds', 'the builds that workers are of, with their workers and the runs that are pinned to them')
    .addHelpText(
      'after',
      `
Examples:
  perennial deploy builds
  perennial deploy builds --json
A build may be taken away (its workers ended) once it is drained: no open run is pinned to it any more.`,
    )
    .action(
      act(async (frame) => {
        const options = frame.options(CommonOptions);
        const [{ describeDeployment }, { listBuildUse }] = await Promise.all([
          import('../../client/deploy/deployment.js'),
          import('../deploy/build-use.js'),
        ]);
        const atHand = buildAtHand(await readProject(options));
        await withConnection(options, async (connection) => {
          const deployment = await describeDeployment(connection.temporal);
          const builds = await listBuildUse(connection, deployment);
          frame.result({ current: deployment.current, atHand, builds }, (found) => buildsText(found, frame.width));
        });
        return undefined;
      }),
    );
}

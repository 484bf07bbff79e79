import type { AnyHandler, Command, Json, StepContext, StepContract } from '../../../core';
import { findArtifacts } from '../../../store/artifacts';
import type { Db } from '../../../store/db';
import { digestsIn } from '../digests-in';
import type { Mask } from '../resources';
import { toJson } from '../to-json';
import { programEnvironment } from './environment';
import { layOut } from './places';
import { readOutput } from './read-output';
import { runProgram } from './run-program';

/** What a program is run with, beside its input. */
export interface ProgramParts {
  readonly db: Db;
  /** The project's folder. */
  readonly project: string;
  /** The execution's folder, which is removed when it ends. */
  readonly folder: string;
  readonly mask: Mask;
  /** The resources as they were given, by their names. */
  readonly resources: { readonly [resource: string]: Json };
  /** As {@link runProgram} takes it. */
  readonly ownGroup?: boolean;
}

/** A command as the function that the contract's borders are drawn around. docs/COMMAND-STEPS.md describes what the program sees. */
export function programHandler(command: Command, contract: StepContract, parts: ProgramParts): AnyHandler {
  return async (input, context) => {
    const { run, address, fence, key, device } = context;
    const given = toJson(input, `The input of the step '${contract.name}'`);
    const places = await layOut(parts.folder, {
      input: given,
      artifacts: await pathsIn(given, parts.db, context),
      resources: Object.fromEntries(
        Object.entries(contract.resources).map(([own, { name }]) => [own, parts.resources[name] ?? null]),
      ),
      run,
      address,
      fence,
      key,
      device,
    });
    const environment = programEnvironment(command, places);
    const { project, mask, ownGroup = false } = parts;
    await runProgram(command, { project, environment, context, mask, ownGroup });
    return readOutput(places, `The program '${command.program}' at '${address}'`, {
      artifacts: context.artifacts,
      mask,
    });
  };
}

/** Where the artifacts are that an input names. Their bytes have their digests, and may be read only. */
async function pathsIn(
  input: Json,
  db: Db,
  { artifacts }: StepContext,
): Promise<{ readonly [digest: string]: string }> {
  const recorded = await findArtifacts(db, digestsIn(input));
  const paths = recorded.map(async ({ digest }) => [digest, await artifacts.pathOf(digest)] as const);
  return Object.fromEntries(await Promise.all(paths));
}

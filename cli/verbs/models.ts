import type { Command } from 'commander';
import { listChampions } from '../../store/models/list-champions';
import { act, CommonOptions, type Frame, verb } from '../frame';
import { withRecords } from '../open';
import { readProject } from '../read-project';
import { type ModelLine, modelsText } from '../views/model-view';

/** `perennial models`: those of the project and those of the records, with their champions. With --json one a line. */
export function registerModels(program: Command): void {
  verb(program, 'models', 'list the models, and which version of each serves')
    .addHelpText('after', '\nExample:\n  perennial models --json')
    .action(
      act(async (frame) => {
        const flags = frame.options(CommonOptions);
        const champions = await withRecords(flags, (db) => listChampions(db, { limit: 1_000 }));
        const declared = await declaredModels(flags, frame);
        const models = mergeModels(declared, champions);
        if (frame.json) for (const model of models) frame.result(model, () => '');
        else frame.line(modelsText(models, frame.width));
        return undefined;
      }),
    );
}

/** Where there is no project, as beside a deployment, the records alone are shown. */
async function declaredModels(flags: CommonOptions, frame: Frame): Promise<readonly string[]> {
  try {
    const project = await readProject(flags);
    return project.models.map((model) => model.name);
  } catch (error) {
    frame.note(`The project was not read: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** Every model once, by name: declared in the project, or champion in the records, or both. */
export function mergeModels(
  declared: readonly string[],
  champions: readonly NonNullable<ModelLine['champion']>[],
): ModelLine[] {
  const names = new Set([...declared, ...champions.map((champion) => champion.model)]);
  return [...names].sort().map((model) => ({
    model,
    declared: declared.includes(model),
    champion: champions.find((champion) => champion.model === model) ?? null,
  }));
}

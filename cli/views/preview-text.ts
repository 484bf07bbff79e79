import { table } from '../frame';
import type { Created } from '../preview/create';
import type { Dropped } from '../preview/drop';
import type { ListedPreview } from '../preview/list';
import { shellWord } from './shell-word';

/**
 * What a preview has, and what one does next.
 *
 * @param state the state folder that the next commands have to name; null: they find it by themselves
 */
export function createdText(created: Created, state: string | null): string {
  const { name, database, namespace, folder, artifactsBase, base, base_at, copied, with_schedules } = created;
  const where = state === null ? '' : ` --state ${shellWord(state)}`;
  const rows = Object.entries(copied).flatMap(([of, count]) => (count === 0 ? [] : [`${count} ${of}`]));
  return [
    `Preview     ${name}`,
    `Copied      ${rows.length === 0 ? 'nothing: there is nothing yet' : rows.join(', ')} (${base} as of ${base_at})`,
    `Records     the database ${database}`,
    `Queues      the namespace ${namespace}`,
    `Artifacts   ${folder}, and ${artifactsBase} to be read`,
    `By itself   ${with_schedules ? 'schedules, triggers and deadlines run' : 'nothing starts: no schedules, triggers, deadlines'}`,
    `Start its workers: npx perennial worker --pool cpu --preview ${name}${where}`,
  ].join('\n');
}

/** The previews as a table. */
export function previewsText(previews: readonly ListedPreview[], width: number | null): string {
  if (previews.length === 0) return 'There is no preview.';
  return table(
    ['preview', 'state', 'of', 'as of', 'workers', 'schedules'],
    previews.map(({ name, state, base, baseAt, workers, withSchedules }) => [
      name,
      STATES[state],
      base,
      baseAt,
      workers,
      withSchedules === null ? null : withSchedules ? 'yes' : 'no',
    ]),
    width,
  );
}

const STATES: Readonly<Record<ListedPreview['state'], string>> = {
  whole: 'whole',
  making: 'being made, or cut short',
  dropping: 'being dropped, or cut short',
  elsewhere: 'its folder is not here',
};

/** What went. */
export function droppedText({ name, terminated, namespace, database, folder }: Dropped): string {
  return [
    `Dropped the preview ${name}.`,
    ...(terminated === 0 ? [] : [`  ${terminated} open ${terminated === 1 ? 'workflow' : 'workflows'} terminated`]),
    ...(namespace === 'deleted' ? ['  its namespace and every history in it'] : []),
    ...(namespace === 'left' ? ['  its namespace stays: this server deletes none; what is in it goes in 3 days'] : []),
    ...(database === null ? [] : [`  the database ${database}`]),
    ...(folder === null ? [] : [`  the folder ${folder}`]),
  ].join('\n');
}

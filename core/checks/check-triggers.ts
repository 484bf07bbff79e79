import { type Finding, finding } from './finding';

/** A trigger by the pipeline whose data set it waits for. */
interface Waits {
  readonly on: readonly { readonly pipeline: string }[];
}

/** What of a project says what leads to runs of what. */
export interface Leads {
  readonly pipelines: readonly (Waits & {
    readonly name: string;
    readonly calls: readonly { readonly name: string }[];
  })[];
  readonly models: readonly (Waits & { readonly name: string; readonly retrain: { readonly name: string } })[];
}

/**
 * What is wrong with the triggers of a project as a whole: one that waits for a pipeline which the project does not have, and
 * pipelines that start each other for ever, by triggers, calls and retrains.
 */
export function checkTriggers(project: Leads): Finding[] {
  const known = new Set(project.pipelines.map(({ name }) => name));
  const edges = startsOf(project);
  const lost = edges
    .filter(({ from }) => !known.has(from))
    .map(({ from, who }) =>
      finding('PER_DEF_083', 'error', null, `${who} starts on a data set of ${from}, which the project does not have.`),
    );
  return [...lost, ...circles(project, edges)];
}

/** A new data set of `from` leads to a run of `to`. */
interface Start {
  readonly from: string;
  readonly to: string;
  /** Who declares it. */
  readonly who: string;
}

function startsOf({ pipelines, models }: Leads): Start[] {
  return [
    ...pipelines.flatMap(({ name, on }) => on.map(({ pipeline }) => ({ from: pipeline, to: name, who: name }))),
    ...models.flatMap(({ name, retrain, on }) =>
      on.map(({ pipeline }) => ({ from: pipeline, to: retrain.name, who: `the model ${name}` })),
    ),
  ];
}

function circles({ pipelines }: Leads, starts: readonly Start[]): Finding[] {
  const calls = pipelines.flatMap(({ name, calls: called }) => called.map((one) => ({ from: name, to: one.name })));
  const told = new Set<string>();
  return starts.flatMap(({ from, to }) => {
    const way = wayTo(from, to, [...starts, ...calls]);
    if (way === null) return [];
    const members = [...way].sort().join('\0');
    if (told.has(members)) return [];
    told.add(members);
    return [
      finding('PER_DEF_084', 'error', null, `Runs would start each other for ever: ${[from, ...way].join(' -> ')}.`),
    ];
  });
}

/** How one comes from `start` to `end`, both included; null: not at all. */
function wayTo(
  end: string,
  start: string,
  edges: readonly { readonly from: string; readonly to: string }[],
): string[] | null {
  const ways: string[][] = [[start]];
  const seen = new Set([start]);
  // A list goes on to what is added while it is walked.
  for (const way of ways) {
    const last = way.at(-1);
    if (last === end) return way;
    for (const { from, to } of edges) {
      if (from !== last || seen.has(to)) continue;
      seen.add(to);
      ways.push([...way, to]);
    }
  }
  return null;
}

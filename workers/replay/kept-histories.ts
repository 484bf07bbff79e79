import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type History, historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';
import { z } from 'zod';
import { perennialError } from '../../core/errors';

/** A history that lies in a file, to be replayed by every build that comes. */
export interface KeptHistory {
  /** The file's name. */
  readonly file: string;
  readonly workflow: string;
  /** The workflow type. */
  readonly type: string;
  readonly history: History;
}

const Events = z.looseObject({ events: z.array(z.looseObject({})).min(1, 'has no events') });
/** As `perennial deploy keep` writes it, or as `temporal workflow show --output json` does, which leaves the id out. */
const Kept = z.union([z.object({ workflowId: z.string(), history: Events }), Events]);

/**
 * Reads the histories of a folder, in the order of their names. What does not end in `.json` is let be.
 *
 * @param options.mayLack a folder that does not exist holds none
 * @throws PER_STACK_073 when the folder or one of them cannot be read
 */
export function readKept(folder: string, options: { readonly mayLack?: boolean } = {}): KeptHistory[] {
  if (options.mayLack === true && !existsSync(folder)) return [];
  const names = orRefuse(folder, () => readdirSync(folder))
    .filter((name) => name.endsWith('.json'))
    .sort();
  return names.map((file) => orRefuse(join(folder, file), () => readOne(join(folder, file), file)));
}

function readOne(path: string, file: string): KeptHistory {
  const kept = Kept.parse(JSON.parse(readFileSync(path, 'utf8')));
  const history = historyFromJSON('history' in kept ? kept.history : kept);
  const begun = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  const type = begun?.workflowType?.name;
  if (!type) throw new Error('it does not begin with the start of a workflow');
  // Children are named after their parent, so a replay has to know the id.
  const told = 'workflowId' in kept && typeof kept.workflowId === 'string' ? kept.workflowId : begun.workflowId;
  return { file, workflow: told ?? file.replace(/\.json$/, ''), type, history };
}

function orRefuse<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const why = error instanceof z.ZodError ? faultsOf(error) : error instanceof Error ? error.message : String(error);
    throw perennialError('PER_STACK_073', `${path}: ${why.replace(/\.$/, '')}.`, { cause: error });
  }
}

function faultsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.map(String).join('.')} ${message}`.trim()).join('; ');
}

/** Keeps a history in a file, whose folder is made. */
export function writeKept(
  path: string,
  {
    workflow,
    history,
    force = false,
  }: { readonly workflow: string; readonly history: History; readonly force?: boolean },
): void {
  if (!force && existsSync(path)) throw perennialError('PER_RUN_175', `${path} is there already.`);
  mkdirSync(dirname(path), { recursive: true });
  const told: unknown = JSON.parse(historyToJSON(history));
  writeFileSync(path, `${JSON.stringify({ workflowId: workflow, history: told }, withoutPlaces, 1)}\n`);
}

const Sticky = z.looseObject({ kind: z.literal('TASK_QUEUE_KIND_STICKY') });

/** Which host it ran on is nobody's business, and has no part in a replay. A worker's own queue is named after it. */
function withoutPlaces(key: string, value: unknown): unknown {
  if (key === 'stackTrace' || key === 'identity') return key;
  const { data: sticky } = Sticky.safeParse(value);
  return sticky ? { ...sticky, name: 'sticky' } : value;
}

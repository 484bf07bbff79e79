import type { Command } from 'commander';
import type { Pool } from 'pg';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { listCosts } from '../../store/cost/list-costs';
import { sumCost } from '../../store/cost/sum-cost';
import { listExecutions } from '../../store/executions/list-executions';
import { listNodes } from '../../store/nodes/list-nodes';
import { findRun } from '../../store/runs/find-run';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { type RunView, runText } from '../views/run-view';

const Options = CommonOptions.extend({
  limit: z.coerce.number().int().min(1).max(10_000).default(500),
  after: z.string().optional(),
});

/** `perennial show <run>`: its nodes with cache reason, timings and errors. With --json one object. */
export function registerShow(program: Command): void {
  verb(program, 'show <run>', 'show a run: each node, why it ran or came from the cache, how long, what went wrong')
    .option('--limit <count>', 'how many nodes at most, 1 to 10000 (default: 500)')
    .option('--after <address>', 'the nodes that began after this one: the next page')
    .addHelpText(
      'after',
      `
Examples:
  perennial show flight-delays-20260201T020000-3f9a1c
  perennial show flight-delays-20260201T020000-3f9a1c --json | jq '.nodes[] | select(.status == "failed")'`,
    )
    .action(
      act(async (frame) => {
        const { limit, after, ...flags } = frame.options(Options);
        const id = frame.argument(0);
        const view = await withRecords(flags, (db) =>
          readRun(db, id, { limit, ...(after === undefined ? {} : { after }) }),
        );
        frame.result(view, (v) => runText(v, new Date()));
        return undefined;
      }),
    );
}

/**
 * A run with a page of its nodes, and all executions and costs of them.
 *
 * @throws PER_KEEP_004 when the records hold no such run
 */
export async function readRun(db: Pool, id: string, page: { limit: number; after?: string }): Promise<RunView> {
  const run = await findRun(db, id);
  if (run === null) throw perennialError('PER_KEEP_004', `The records hold no run '${id}'.`);
  const nodes = await listNodes(db, id, page);
  const shown = new Set(nodes.map((node) => node.address));
  const [executions, costs, cost] = await Promise.all([
    allPages((p) => listExecutions(db, id, p)),
    allPages((p) => listCosts(db, id, p)),
    sumCost(db, id),
  ]);
  return {
    run,
    nodes,
    executions: executions.filter((e) => shown.has(e.address)),
    costs: costs.filter((c) => shown.has(c.address)),
    cost,
  };
}

interface PerExecution {
  readonly address: string;
  readonly fence: number;
}

/** Reads a list by execution to its end. */
async function allPages<T extends PerExecution>(
  read: (page: { limit: number; after?: PerExecution }) => Promise<T[]>,
): Promise<T[]> {
  const limit = 1_000;
  const all: T[] = [];
  for (;;) {
    const last = all.at(-1);
    const rows = await read({
      limit,
      ...(last === undefined ? {} : { after: { address: last.address, fence: last.fence } }),
    });
    all.push(...rows);
    if (rows.length < limit) return all;
  }
}

import type { Command } from 'commander';
import { z } from 'zod';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readNode, readRun } from '../read-run';
import { nodeText } from '../views/node-view';
import { runText } from '../views/run-view';

const Options = CommonOptions.extend({
  node: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(500),
  after: z.string().optional(),
});

/**
 * `perennial show <run>`: config, result, and its nodes with cache reason, timings and errors; with --node one node in
 * full. With --json one object that has everything.
 */
export function registerShow(program: Command): void {
  verb(program, 'show <run>', 'show a run: config and result, each node, why it ran or came from the cache, what waits')
    .option('--node <node>', 'one node in full: input, output, artifacts, error, each execution, cache key')
    .option('--limit <count>', 'how many nodes at most, 1 to 10000 (default: 500)')
    .option('--after <node>', 'the nodes that began after this one: the next page')
    .addHelpText(
      'after',
      `
Examples:
  perennial show flight-delays-20260201T020000-3f9a1c
  perennial show flight-delays-20260201T020000-3f9a1c --node train
  perennial show flight-delays-20260201T020000-3f9a1c --json | jq '.nodes[] | select(.status == "failed")'`,
    )
    .action(
      act(async (frame) => {
        const { node, limit, after, ...flags } = frame.options(Options);
        const id = frame.argument(0);
        if (node !== undefined) {
          const view = await withRecords(flags, (db) => readNode(db, id, node));
          frame.result(view, (v) => nodeText(v, new Date()));
          return undefined;
        }
        const page = { limit, ...(after === undefined ? {} : { after }) };
        const view = await withRecords(flags, (db) => readRun(db, id, page));
        frame.result(view, (v) => runText(v, new Date()));
        return undefined;
      }),
    );
}

import type { Command } from 'commander';
import { z } from 'zod';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { readItems } from '../read-items';
import { readNode, readRun } from '../read-run';
import { itemsText } from '../views/items-view';
import { nodeText } from '../views/node-view';
import { runText } from '../views/run-view';

const NodeStatus = z.enum(['running', 'waiting', 'completed', 'failed', 'cancelled', 'skipped']);
const ItemStatus = z.enum(['running', 'completed', 'failed', 'cancelled'], { error: 'no status of an item' });

const Options = CommonOptions.extend({
  node: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(500),
  after: z.string().optional(),
  items: z.string().min(1).optional(),
  failed: z.boolean().default(false),
  status: NodeStatus.optional(),
});

/**
 * `perennial show <run>`: config, result, and its nodes with cache reason, timings and errors; with --node one node in
 * full. With --json one object that has everything.
 */
export function registerShow(program: Command): void {
  verb(program, 'show <run>', 'show a run: config and result, each node, why it ran or came from the cache, what waits')
    .option(
      '--node <node>',
      'one node in full: input, output, artifacts, error, executions, cache key; or the nodes of an item',
    )
    .option('--items <map>', 'the items of a map, one a line')
    .option('--status <status>', `only nodes, or items, that are one of ${NodeStatus.options.join(', ')}`)
    .option('--failed', 'the same as --status failed')
    .option('--limit <count>', 'how many at most, 1 to 10000 (default: 500)')
    .option('--after <node>', 'the nodes that began after this one, or the items after this one: the next page')
    .addHelpText(
      'after',
      `
Examples:
  perennial show flight-delays-20260201T020000-3f9a1c
  perennial show flight-delays-20260201T020000-3f9a1c --node train
  perennial show late-airports-20260201T020000-3f9a1c --node 'airports[3]/share-late'
  perennial show late-airports-20260201T020000-3f9a1c --node 'airports[3]'
  perennial show late-airports-20260201T020000-3f9a1c --items airports --failed --limit 20
  perennial show flight-delays-20260201T020000-3f9a1c --json | jq '.nodes[] | select(.status == "failed")'`,
    )
    .action(
      act(async (frame) => {
        const { node, limit, after, items, failed, status: one, ...flags } = frame.options(Options);
        const id = frame.argument(0);
        const status = failed ? 'failed' : one;
        const page = { limit, ...(after === undefined ? {} : { after }) };
        if (items !== undefined) {
          const asked = { map: items, ...page, ...(status === undefined ? {} : { status: ItemStatus.parse(status) }) };
          const view = await withRecords(flags, (db) => readItems(db, id, asked));
          frame.result(view, (v) => itemsText(v, new Date(), frame.width));
          return undefined;
        }
        if (node !== undefined && !node.endsWith(']')) {
          const view = await withRecords(flags, (db) => readNode(db, id, node));
          frame.result(view, (v) => nodeText(v, new Date(), frame.width));
          return undefined;
        }
        const some = {
          ...page,
          ...(status === undefined ? {} : { status }),
          ...(node === undefined ? {} : { within: node }),
        };
        const view = await withRecords(flags, (db) => readRun(db, id, some));
        frame.result(view, (v) => runText(v, new Date(), frame.width));
        return undefined;
      }),
    );
}

import { actingUser } from '../client/acting-user';
import { z } from 'zod';
import type { Command } from 'commander';
import type { Intervention } from '../core/interpret/intervention';
import { CommonOptions, type Frame } from './frame';
import { withConnection } from './open';

/** The options of every verb that acts on a run. */
export const ActorOptions = CommonOptions.extend({
  by: z.string().min(1).optional(),
  reason: z.string().optional(),
});
type ActorOptions = z.infer<typeof ActorOptions>;

/** Adds them to a verb. */
export function withActor(command: Command): Command {
  return command
    .option('--by <name>', 'who does it, for the records (default: the user of the operating system)')
    .option('--reason <text>', 'why, for the records');
}

/** Who acts, and why. */
export function actorOf({ by, reason }: ActorOptions): { readonly by: string; readonly reason: string | null } {
  return { by: by ?? actingUser(), reason: reason ?? null };
}

/** Acts on a run and tells what was done. */
export async function actOn(
  frame: Frame,
  flags: ActorOptions,
  run: string,
  ask: Intervention,
  done: string,
): Promise<void> {
  const { at } = await withConnection(flags, async (connection) => {
    const { intervene } = await import('../client/intervene.js');
    return intervene(connection, run, ask);
  });
  const node = 'node' in ask ? { node: ask.node } : {};
  frame.result({ run, ...node, action: ask.action, by: ask.by, reason: ask.reason, at }, () => done);
}

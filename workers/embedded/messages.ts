import { z } from 'zod';
import { PartName, StackFile } from './stack-file';
import { ProcessMark } from './process-mark';

/** What a stack is to be made of; every folder is absolute. */
export const StackRequest = z.object({
  state: z.string(),
  project: z.string(),
  /** Drop what the state folder holds first. */
  fresh: z.boolean(),
  /** Use the servers that TEMPORAL_ADDRESS and DATABASE_URL name instead of embedded ones. */
  useServer: z.boolean(),
  /** Make it the one that the project's commands find by themselves. */
  remember: z.boolean(),
  /** The parts to start. */
  only: z.array(PartName),
  /** Have a worker on standby for each that runs, so that the project can be loaded anew at once. */
  standby: z.boolean().default(false),
  launcher: ProcessMark,
});
export type StackRequest = z.infer<typeof StackRequest>;

/** What a launcher tells its supervisor. */
export const ToSupervisor = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), request: StackRequest }),
  z.object({ type: z.literal('stop') }),
  /** The project has been edited: put new workers in place of these; the others hear its new digest. */
  z.object({ type: z.literal('replace'), parts: z.array(PartName), project: z.string() }),
  z.object({ type: z.literal('detach') }),
]);
export type ToSupervisor = z.infer<typeof ToSupervisor>;

/** A step of the start, for people. */
export const StackProgress = z.object({
  part: z.union([PartName, z.literal('stack'), z.literal('migrations')]),
  state: z.enum(['starting', 'ready', 'note']),
  text: z.string(),
});
export type StackProgress = z.infer<typeof StackProgress>;

/** How the replacement of a worker ended. */
export const ReplacedPart = z.object({
  part: PartName,
  /** Why the old one goes on; null: the new one is in its place. */
  error: z.string().nullable(),
});
export type ReplacedPart = z.infer<typeof ReplacedPart>;

/** What a supervisor tells its launcher. */
export const FromSupervisor = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening') }),
  z.object({ type: z.literal('progress'), progress: StackProgress }),
  z.object({ type: z.literal('ready'), file: StackFile }),
  z.object({ type: z.literal('failed'), code: z.string().nullable(), detail: z.string() }),
  z.object({ type: z.literal('detached') }),
  z.object({ type: z.literal('stopped') }),
  z.object({ type: z.literal('replaced'), parts: z.array(ReplacedPart) }),
]);
export type FromSupervisor = z.infer<typeof FromSupervisor>;

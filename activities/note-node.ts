import type { AlreadyOver, NodeNote, NoteNodeArgument } from '../core/interpret/activity';
import type { GivenAnswer } from '../core/plan/approval';
import type { Db } from '../store/db';
import { findOver, type Over } from '../store/nodes/find-over';
import { noteNodes } from '../store/nodes/note-nodes';

/**
 * Records the state of nodes. What begins to wait and has its output already, since the run was reset to a point before,
 * takes that over: nobody waits a month twice, and what `perennial show` says of the node is what the run goes by.
 */
export async function noteNode(db: Db, { run, notes }: NoteNodeArgument): Promise<readonly AlreadyOver[] | undefined> {
  await noteNodes(db, run, notes);
  const waiting = notes
    .filter((note) => note.status === 'waiting' && isLast(note, notes))
    .map(({ address }) => address);
  const over = waiting.length === 0 ? [] : await findOver(db, run, waiting);
  return over.length === 0 ? undefined : over.map(eventOf);
}

/** The answer that an approval has by the records, or null. */
export async function findRecordedAnswer(db: Db, run: string, address: string): Promise<GivenAnswer | null> {
  const [over] = await findOver(db, run, [address]);
  return over?.kind === 'approval' ? over.output : null;
}

function isLast(note: NodeNote, notes: readonly NodeNote[]): boolean {
  return notes.findLast(({ address }) => address === note.address) === note;
}

function eventOf({ kind, address, output }: Over): AlreadyOver {
  return kind === 'wait'
    ? { type: 'woke', address, until: output.until }
    : { type: 'answered', address, answer: output };
}

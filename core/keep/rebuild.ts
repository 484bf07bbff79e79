import { outcomeId, unexpectedEvent } from './decision-id';
import { INITIAL_STATE, type KeeperState, markSeen, remember, type Remembered } from './state';

/**
 * A keeper's state from its recorded decisions, oldest first (refusals may be left out: they leave no trace but in the
 * records). So a keeper that was terminated in Temporal gets its memory back.
 *
 * A candidate that was being rolled out comes back as a retrain in flight: the hand-over is read again and rolled out again.
 */
export function rebuild(decisions: readonly Remembered[]): KeeperState {
  return decisions.reduce<KeeperState>((state, entry) => markHandled(remember(state, entry), entry), INITIAL_STATE);
}

/** The events whose repetition must not be decided again: the records' unique ids catch the rest. */
function markHandled(state: KeeperState, { decision, cause }: Remembered): KeeperState {
  switch (decision.action) {
    case 'retrain':
    case 'refuse':
      return cause ? markSeen(state, `cause:${cause.id}`) : state;
    case 'promote':
    case 'decline': {
      const late = unexpectedEvent(decision.id);
      if (late !== null) return markSeen(state, late);
      const suffix = outcomeId('');
      if (!decision.id.endsWith(suffix)) return state;
      // Without a version nothing was handed over: what comes late is still to be answered (`unknown-retrain`).
      if (decision.version === null) return state;
      const retrain = decision.id.slice(0, -suffix.length);
      return markSeen(state, `${decision.rule === 'gate' ? 'declined' : 'candidate'}:${retrain}`);
    }
    case 'freeze':
    case 'unfreeze': {
      const prefix = `${decision.action}-${decision.model}-`;
      return markSeen(state, `${decision.action}:${decision.model}:${decision.id.slice(prefix.length)}`);
    }
    case 'rollback':
      return state;
  }
}

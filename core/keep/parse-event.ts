import type { Json } from '../plan/json';
import { isKeepable, whyNotStorable } from '../plan/storable';
import { type Cause, CAUSE_KINDS, END_STATUSES, type KeeperEvent, type TimeWindow } from './event';

/**
 * Reads what came as a signal. Anybody who reaches Temporal can signal, and a value that the records would refuse would
 * stop the keeper for good, so every field is looked at. (No zod here: this runs in the workflow sandbox.)
 *
 * @returns the event with nothing but its own fields; null when it is none
 */
export function parseKeeperEvent(value: unknown): KeeperEvent | null {
  if (!isRecord(value)) return null;
  switch (value['type']) {
    case 'cause': {
      const cause = parseCause(value['cause']);
      return cause && { type: 'cause', cause };
    }
    case 'run-ended': {
      const { runId, reason } = value;
      const status = END_STATUSES.find((s) => s === value['status']);
      return isText(runId) && isReason(reason) && status ? { type: 'run-ended', runId, status, reason } : null;
    }
    case 'candidate':
    case 'declined': {
      const { type, version, decisionId, eventTime, reason } = value;
      const good = isVersion(version) && isText(decisionId) && isInstant(eventTime) && isReason(reason);
      return good ? { type, version, decisionId, eventTime, reason } : null;
    }
    case 'freeze':
    case 'unfreeze': {
      const { type, id, by, eventTime } = value;
      return isText(id) && isText(by) && isInstant(eventTime) ? { type, id, by, eventTime } : null;
    }
    case 'rolled-back': {
      const { seq } = value;
      return isVersion(seq) ? { type: 'rolled-back', seq } : null;
    }
    default:
      return null;
  }
}

function parseCause(value: unknown): Cause | null {
  if (!isRecord(value)) return null;
  const { id, eventTime, version, evidence } = value;
  const kind = CAUSE_KINDS.find((k) => k === value['kind']);
  const window = value['window'] === undefined ? undefined : parseWindow(value['window']);
  if (!isText(id) || !kind || !isInstant(eventTime) || window === null || !isStorable(evidence)) return null;
  if (version !== undefined && !isVersion(version)) return null;
  return {
    id,
    kind,
    eventTime,
    evidence,
    ...(version === undefined ? {} : { version }),
    ...(window === undefined ? {} : { window }),
  };
}

function parseWindow(value: unknown): TimeWindow | null {
  if (!isRecord(value)) return null;
  const { from, to } = value;
  return isInstant(from) && isInstant(to) && from < to ? { from, to } : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Ids stay well below Temporal's 1,000 characters. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 500 && isKeepable(value);
}

function isReason(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 4_000 && isKeepable(value);
}

function isStorable(value: unknown): value is Json {
  return whyNotStorable(value) === null;
}

function isVersion(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The one form of an instant whose order as text is the order in time. */
function isInstant(value: unknown): value is string {
  if (typeof value !== 'string' || !INSTANT.test(value)) return false;
  const ms = Date.parse(value);
  // 30 February parses as 2 March: what does not come back the same is no instant.
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value;
}

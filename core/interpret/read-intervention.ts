import { perennialError } from '../errors';
import { isJson, type Json } from '../plan/json';
import type { Intervention } from './intervention';
import type { InterventionEvent } from './state';

interface Fields {
  readonly [key: string]: unknown;
}

/**
 * What was asked of a run, whoever sent it: anybody who reaches Temporal can write anything into an Update.
 *
 * @throws PER_RUN_043 when it has not the form of an intervention
 */
export function readIntervention(asked: unknown): Intervention {
  const fields = fieldsOf(asked);
  const { action, node, by } = fields;
  const reason = fields['reason'] ?? null;
  if (typeof by !== 'string' || by.length === 0 || by.length > MAX_NAME)
    throw malformed(`it does not say who, in \`by\``);
  if (reason !== null && (typeof reason !== 'string' || reason.length > MAX_REASON))
    throw malformed('its reason is no short text');
  const actor = { by, reason };
  switch (action) {
    case 'pause':
    case 'resume':
      return { action, ...actor };
    case 'cancel': {
      const { grace = 0, hard = false } = fields;
      if (typeof grace !== 'number' || !(grace >= 0) || typeof hard !== 'boolean')
        throw malformed('its grace is no time');
      return { action, grace, hard, ...actor };
    }
    case 'cancel-node':
    case 'retry-now':
      return { action, node: text(node), ...actor };
    case 'skip':
      return { action, node: text(node), ...outputIn(fields), ...actor };
    default:
      throw malformed(`there is no action ${typeof action === 'string' ? action : 'without a name'}`);
  }
}

/** What the workflow that started this one says; null: nothing that it would say. */
export function readOrder(said: unknown): InterventionEvent | null {
  const { type, by, at, reason, final } = fieldsOf(said);
  if (type === 'resumed') return { type };
  if (type === 'ended-hard' && typeof reason === 'string' && typeof final === 'boolean') return { type, reason, final };
  if (type !== 'paused' || typeof by !== 'string' || typeof at !== 'string') return null;
  return { type, by, at, reason: typeof reason === 'string' ? reason : null };
}

/** Characters. */
const MAX_NAME = 200;
const MAX_REASON = 2_000;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function text(node: unknown): string {
  if (typeof node === 'string' && node.length > 0) return node;
  throw malformed('it names no node');
}

function outputIn({ output }: Fields): { readonly output?: Json } {
  if (output === undefined) return {};
  if (isJson(output)) return { output };
  throw malformed('its output is no JSON');
}

function malformed(why: string): Error {
  return perennialError('PER_RUN_043', `What was asked is no intervention: ${why}.`);
}

import type { Pool, PoolClient } from 'pg';
import type { Json } from '../../core';
import type { Effect } from '../run-step';
import { JsonValue } from '../run-step/json-value';
import { isRefusedWrite } from './refused-write';

/** A statement that would have written to the records. */
export interface ListedStatement {
  readonly text: string;
  readonly values: readonly Json[];
}

/** What the effects that a step queued for its commit would have written. */
export interface ListedEffects {
  readonly statements: readonly ListedStatement[];
  /** False: one of them went on from what a statement would have given, and what follows is not known. */
  readonly complete: boolean;
}

/** What a statement that is not carried out gives. */
const NOTHING = { rows: [], rowCount: 0, command: '', oid: 0, fields: [] };

/**
 * Lists what queued effects would have written, and writes nothing: they are given a transaction that is read only, which
 * answers what they read, and is rolled back.
 */
export async function listEffects(db: Pool, effects: readonly Effect[]): Promise<ListedEffects> {
  if (effects.length === 0) return { statements: [], complete: true };
  const client = await db.connect();
  const statements: ListedStatement[] = [];
  let complete = true;
  try {
    await client.query('BEGIN READ ONLY');
    const tx = listing(client, statements);
    for (const effect of effects) {
      await effect(tx).catch(() => {
        complete = false;
      });
    }
    return { statements, complete };
  } finally {
    // Nothing that an effect did to its session may stay: the connection is closed, and the transaction with it.
    client.release(true);
  }
}

/** The client with a `query` that notes what is refused for being a write. One at a time: each has a savepoint. */
function listing(client: PoolClient, statements: ListedStatement[]): PoolClient {
  const carryOut = client.query.bind(client);
  const ask = async (args: readonly unknown[]): Promise<unknown> => {
    const answer: unknown = await Reflect.apply(carryOut, client, args);
    return answer;
  };
  let last: Promise<unknown> = Promise.resolve();

  async function one(args: readonly unknown[]): Promise<unknown> {
    await ask(['SAVEPOINT listed']);
    try {
      return await ask(args);
    } catch (error) {
      await ask(['ROLLBACK TO SAVEPOINT listed']);
      if (!isRefusedWrite(error)) throw error;
      statements.push(statementIn(args));
      return NOTHING;
    }
  }

  const query = (...args: unknown[]): Promise<unknown> => {
    const next = last.then(() => one(args));
    last = next.catch(() => undefined);
    return next;
  };
  return new Proxy(client, {
    get: (target, name): unknown => (name === 'query' ? query : Reflect.get(target, name, target)),
  });
}

/** `query(text, values)` or `query({ text, values })`. */
function statementIn([first, second]: readonly unknown[]): ListedStatement {
  const asked = typeof first === 'object' && first !== null ? { ...first } : { text: first, values: second };
  const values = 'values' in asked && Array.isArray(asked.values) ? asked.values : [];
  const text = 'text' in asked && typeof asked.text === 'string' ? asked.text : '';
  return { text: text.replace(/\s+/g, ' ').trim(), values: values.map(jsonOrText) };
}

function jsonOrText(value: unknown): Json {
  const plain: unknown = value instanceof Date ? value.toISOString() : value;
  return JsonValue.catch(String(value)).parse(plain ?? null);
}

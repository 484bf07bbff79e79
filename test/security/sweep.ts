import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Client as TemporalClient } from '@temporalio/client';
import { Client } from 'pg';
import { z } from 'zod';

/** A place that was looked at, and everything that it says. */
export interface Place {
  readonly place: string;
  readonly text: string;
}

/** Every row of every table, a table a place. */
export async function tables(url: string): Promise<Place[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const names = await client.query(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    const found: Place[] = [];
    for (const { name } of z.array(z.object({ name: z.string() })).parse(names.rows)) {
      const { rows } = await client.query(`SELECT t::text, row_to_json(t)::text AS json FROM ${name} t`);
      found.push({ place: `table ${name}`, text: JSON.stringify(rows) });
    }
    return found;
  } finally {
    await client.end();
  }
}

/** Every event of every workflow, its payloads as text, a workflow a place. */
export async function histories(temporal: TemporalClient): Promise<Place[]> {
  const found: Place[] = [];
  for await (const { workflowId, runId } of temporal.workflow.list()) {
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    found.push({ place: `history of ${workflowId}`, text: textIn(history) });
  }
  return found;
}

/** What Temporal tells of a run that is under way: heartbeats and the failures of earlier tries. */
export async function pending(temporal: TemporalClient, workflowId: string): Promise<Place> {
  const { namespace } = temporal.options;
  const said = await temporal.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });
  return { place: `pending activities of ${workflowId}`, text: textIn(said.pendingActivities) };
}

/** Every file below a folder, byte by byte. */
export function files(folder: string): Place[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return [];
    return [{ place: `file ${name}`, text: readFileSync(path, 'latin1') }];
  });
}

/** The arguments of every process of this machine. */
export function commandLines(): Place {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return { place: 'command lines', text: pids.map((pid) => readProc(Number(pid), 'cmdline')).join('\n') };
}

/** The environment that a process was started with. */
export function environmentOf(pid: number): Place {
  return { place: `environment of ${pid}`, text: readProc(pid, 'environ') };
}

/** Processes end while they are looked at. */
function readProc(pid: number, what: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** All keys and values of a message; bytes as the text that they are. */
function textIn(value: unknown): string {
  if (value instanceof Uint8Array || Buffer.isBuffer(value)) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(textIn).join('\n');
  if (typeof value !== 'object' || value === null) return String(value);
  if (Object.prototype.toString.call(value) === '[object Uint8Array]')
    return Buffer.from(Object.values(value)).toString();
  return Object.entries(value)
    .map(([key, part]) => `${key}: ${textIn(part)}`)
    .join('\n');
}

import type { Pool } from 'pg';
import { addPlan } from '../../store/plans/add-plan';
import { recordArtifact } from '../../store/artifacts';
import { beginRun } from '../../store/runs/begin-run';

/** A run to hang nodes on. */
export async function aRun(db: Pool, id: string, model: string | null = null): Promise<string> {
  await addPlan(db, 'plan', {
    format: 1,
    pipeline: 'p',
    steps: {},
    body: { nodes: [], output: { op: 'literal', value: null } },
    config: {},
    onFailure: 'cancel',
  });
  await beginRun(db, {
    id,
    pipeline: 'p',
    planHash: 'plan',
    config: {},
    build: 'b',
    model,
    decisionId: null,
    parentRun: null,
    temporalRunId: `t-${id}`,
  });
  return id;
}

/** Records an artifact without bytes, for rows that refer to one. */
export async function anArtifact(db: Pool, digit: string): Promise<string> {
  const digest = digit.repeat(64);
  await recordArtifact(db, { digest, kind: 'model', bytes: 1 });
  return digest;
}

/**
 * Danger: a person cannot answer a run that waits for them because the records are away, or is told of a broken connection
 * and not of what the run said. Temporal is its own client with its calls answered here; the records are not there.
 */
import { Client, Connection, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import temporalApi from '@temporalio/proto';
import { approve } from '../../../client/approve';
import { openDb } from '../../../store/db';

const given = { approved: true, by: 'ana', note: null, at: '2026-02-01T00:05:00.000Z' };
const answer = { node: 'release', approved: true, by: 'ana' };
const connection = Connection.lazy();
// A folder without a server's socket: refused at once, on any machine.
const db = openDb('postgresql:///records?host=/no/such/folder');

/** What Temporal tells of a run that is open. */
const open = temporalApi.temporal.api.workflow.v1.WorkflowExecutionInfo.fromObject({
  execution: { workflowId: 'r1', runId: 'w' },
  type: { name: 'p' },
  status: 'WORKFLOW_EXECUTION_STATUS_RUNNING',
  historyLength: 1,
  startTime: { seconds: 1 },
});

/** A Temporal in which a run waits, and takes what it is sent or refuses it. */
function temporal(refuse: Error | null = null): Client {
  const update = async () => {
    if (refuse !== null) throw refuse;
    const outcome = { success: { payloads: [defaultPayloadConverter.toPayload(given)] } };
    return Promise.resolve({ updateId: 'u', workflowRunId: 'w', outcome });
  };
  const describe = async () => Promise.resolve({ workflowExecutionInfo: open });
  const workflow = [{ query: async () => Promise.resolve({ shards: [] }), startUpdate: update, describe }];
  return new Client({ connection, interceptors: { workflow } });
}

afterAll(async () => {
  await db.end();
  await connection.close();
});

test('the records are not there', async () => {
  await expect(db.query('SELECT 1')).rejects.toThrow();
});

test('a run takes an answer while the records are away', async () => {
  await expect(approve({ temporal: temporal(), db }, 'r1', answer)).resolves.toEqual(given);
});

test('what the run says against an answer is told while the records are away, with its cause', async () => {
  const said = new WorkflowUpdateFailedError('refused', ApplicationFailure.nonRetryable('it does not wait'));
  const refused = approve({ temporal: temporal(said), db }, 'r1', answer);
  await expect(refused).rejects.toMatchObject({ code: 'PER_KEEP_005', cause: said });
  await expect(refused).rejects.toThrow('it does not wait');
  const gone = approve({ temporal: temporal(new WorkflowNotFoundError('gone', 'r1', undefined)), db }, 'r1', answer);
  await expect(gone).rejects.toMatchObject({ code: 'PER_KEEP_004' });
});

test('nobody answers as time-out: nothing is sent', async () => {
  const refused = approve({ temporal: temporal() }, 'r1', { ...answer, by: 'time-out' });
  await expect(refused).rejects.toMatchObject({ code: 'PER_RUN_016' });
  await expect(refused).rejects.toThrow("by: 'time-out' stands for nobody's answer");
});

test.each([
  [9, 'no poller seen for task queue recently, worker may be down'],
  [4, 'deadline exceeded'],
])('a run without a worker of its build says so, and how it goes on: %i', async (code, details) => {
  const silent = Object.assign(new Error(details), { code, details, metadata: {} });
  const refused = approve({ temporal: temporal(silent) }, 'r1', answer);
  await expect(refused).rejects.toMatchObject({ code: 'PER_RUN_042', detail: 'No worker answers for r1.' });
  await expect(refused).rejects.toThrow('perennial deploy move');
});

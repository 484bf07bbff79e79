// Danger: a keeper or a back-fill that cannot move to the current build is told of it for ever, until its history is full of signals
// and Temporal ends it; or one that would move is not told.
import { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal as proto } from '@temporalio/proto';
import pino from 'pino';
import { followBuilds } from '../../../workers/current-build';

const { workflowservice, enums } = proto.api;
// Nobody is there: what is asked is answered below.
const connection = Connection.lazy({ address: '127.0.0.1:1' });
afterAll(async () => {
  jest.restoreAllMocks();
  await connection.close();
});

const keyword = (text: string) => {
  const payload = defaultPayloadConverter.toPayload(text);
  return { ...payload, metadata: { ...payload.metadata, type: Buffer.from('Keyword') } };
};

/** A server whose current build is `new`, with these keepers, by workflow and Temporal's own id, of the build `old`. */
function serverWith(keepers: Readonly<Record<string, string>>) {
  const client = new Client({ connection });
  const { workflowService: service } = client;
  let looks = 0;
  const began = msToTs(1_000);
  jest.spyOn(service, 'describeWorkerDeployment').mockImplementation(() => {
    looks += 1;
    const routingConfig = { currentDeploymentVersion: { buildId: 'new' } };
    return Promise.resolve(
      workflowservice.v1.DescribeWorkerDeploymentResponse.create({ workerDeploymentInfo: { routingConfig } }),
    );
  });
  jest.spyOn(service, 'listWorkflowExecutions').mockImplementation(() =>
    Promise.resolve(
      workflowservice.v1.ListWorkflowExecutionsResponse.create({
        executions: Object.entries(keepers).map(([workflowId, runId]) => ({
          execution: { workflowId, runId },
          type: { name: 'perennial.keeper' },
          status: enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
          taskQueue: 'perennial-cpu',
          startTime: began,
          historyLength: began.seconds ?? null,
          searchAttributes: {
            indexedFields: {
              TemporalWorkflowVersioningBehavior: keyword('Pinned'),
              TemporalWorkerDeploymentVersion: keyword('perennial:old'),
            },
          },
        })),
      }),
    ),
  );
  const told: string[] = [];
  jest.spyOn(service, 'signalWorkflowExecution').mockImplementation((asked) => {
    told.push(asked.workflowExecution?.workflowId ?? '');
    return Promise.resolve(workflowservice.v1.SignalWorkflowExecutionResponse.create({}));
  });
  return { client, told, looks: () => looks };
}

test('one that stays is told three times, and again when it has begun a new history', async () => {
  const keepers: Record<string, string> = { 'keeper-a': 'first' };
  const { client, told, looks } = serverWith(keepers);
  const service = followBuilds({ temporal: client, build: 'new', log: pino({ level: 'silent' }), interval: 1 });
  const more = async (times: number): Promise<void> => {
    for (const until = looks() + times; looks() < until;) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  await more(8);
  expect(told).toEqual(['keeper-a', 'keeper-a', 'keeper-a']);
  keepers['keeper-a'] = 'second';
  keepers['keeper-b'] = 'other';
  await more(8);
  await service.stop();
  expect(told.filter((one) => one === 'keeper-a')).toHaveLength(6);
  expect(told.filter((one) => one === 'keeper-b')).toHaveLength(3);
});

import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { z } from 'zod';
import { workerTuning } from '../../workers/tuning';
import * as activities from './peer-activities';

const Environment = z.object({ TEMPORAL_ADDRESS: z.string(), PEER_QUEUE: z.string(), PEER_BUNDLE: z.string() });

/** A hand-written worker with the same options as Perennial's. Says `ready` on its channel, ends with it. */
async function main(): Promise<void> {
  const { TEMPORAL_ADDRESS, PEER_QUEUE, PEER_BUNDLE } = Environment.parse(process.env);
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: TEMPORAL_ADDRESS }),
    taskQueue: PEER_QUEUE,
    workflowBundle: { codePath: PEER_BUNDLE },
    activities,
    ...workerTuning('cpu'),
  });
  process.once('disconnect', () => {
    worker.shutdown();
  });
  const running = worker.run();
  process.send?.('ready');
  await running;
}

void main().then(() => process.exit(0));

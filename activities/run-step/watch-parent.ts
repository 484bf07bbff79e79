import { workerData } from 'node:worker_threads';
import { z } from 'zod';
import { endGroup } from './execution-folder';

// A thread of an isolated step's child process. A worker that is killed cannot end its children, and the child's main
// thread may compute for minutes without seeing that its channel has closed; so this thread watches, and ends the whole
// process group when the worker is no longer its parent.

const { parent, folder } = z.object({ parent: z.int(), folder: z.string() }).parse(workerData);

setInterval(() => {
  if (process.ppid !== parent) endGroup(folder);
}, 200);

// Stands in for a bundled project: what the child process of an isolated step loads.
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { z } = require('zod');
const { implement, step } = require('../../dist/core');

const options = {
  input: z.object({ how: z.string(), folder: z.string() }),
  output: z.unknown(),
  isolate: true,
  cache: false,
};
const alone = step('alone', { ...options, heartbeat: '3s', retry: { never: ['TooBad'] } });

class TooBad extends Error {}

/** Computes for ever without a look at anything else, beside a process that it has started. */
function compute(folder) {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'inherit' });
  writeFileSync(join(folder, 'pids'), JSON.stringify([process.pid, other.pid]));
  for (;;);
}

async function act({ how, folder }, ctx) {
  if (how === 'throw') throw new TooBad('too bad');
  if (how === 'die') {
    console.error('these are my last words');
    process.exit(3);
  }
  if (how === 'commit') ctx.inCommit(() => Promise.resolve());
  if (how === 'large') return 'x'.repeat(100_000);
  if (how === 'compute') {
    ctx.progress({ computing: true });
    setTimeout(compute, 0, folder);
    return new Promise(() => undefined);
  }
  ctx.log.info({ of: 'the child' }, 'a line');
  ctx.progress({ half: true });
  const blob = await ctx.artifacts.putBytes(Buffer.from('made alone'), 'json');
  return {
    blob,
    key: ctx.key,
    cuda: process.env.CUDA_VISIBLE_DEVICES ?? null,
    token: process.env.PERENNIAL_TOKEN ?? null,
  };
}

exports.config = { steps: { cpu: async () => ({ steps: implement({ alone }, { alone: act }) }) } };
exports.alone = alone;

import { spawn } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import {
  command,
  defineConfig,
  implement,
  notSecret,
  pipeline,
  resource,
  secret,
  step,
  type ResourceValues,
  type StepContext,
} from '../../../core';

// Steps that do with a secret what nobody should. Beside it they say a marker, which is no secret and has to be found.

const store = resource(
  'canary-store',
  z.object({ token: secret(z.string()), user: z.string(), key: z.string(), region: notSecret(z.string()) }),
);
const resources = { store };

const Input = z.object({ folder: z.string(), marker: z.string() });
const options = {
  input: Input,
  output: z.object({ region: z.string() }),
  heartbeat: '1s',
  retry: { attempts: 3, firstDelay: '100ms' },
  resources,
} as const;
const here = step('here', options);
const apart = step('apart', { ...options, isolate: true });
const how = z.enum(['fail', 'no json', 'no file']).default('fail');
const program = step('program', { ...options, input: Input.extend({ how }) });
const spill = step('spill', { ...options, output: z.object({ said: z.string() }) });
const reached = step('reached', { ...options, input: z.object({ region: z.string() }) });

type Context = StepContext<typeof resources>;

function said({ token, user, key }: ResourceValues<typeof resources>['store'], marker: string): string {
  const basic = Buffer.from(`me:${token.reveal()}`).toString('base64');
  const quoted = JSON.stringify({ inner: JSON.stringify({ token: token.reveal(), key }) });
  return `${token.reveal()} ${user} ${encodeURIComponent(token.reveal())} ${basic} ${quoted} ${key} ${marker}`;
}

/** Says everything everywhere; fails with it at first, and at the second try waits to be looked at. */
async function act(name: string, { folder, marker }: z.infer<typeof Input>, ctx: Context): Promise<{ region: string }> {
  const all = said(ctx.resources.store, marker);
  ctx.log.info({ all, deep: [{ [all]: all }], own: ctx.resources.store.token }, all);
  process.stdout.write(`${all}\n`);
  process.stderr.write(`${all}\n`);
  ctx.progress({ all });
  if (ctx.fence === 1) throw Object.assign(new Error(all, { cause: new TypeError(all) }), { name: 'Leak' });
  const program = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', marker], { stdio: 'ignore' });
  try {
    appendFileSync(join(folder, name), JSON.stringify([process.pid, program.pid]));
    while (!existsSync(join(folder, 'go'))) await sleep(20, undefined, { signal: ctx.signal });
  } finally {
    program.kill('SIGKILL');
  }
  return { region: ctx.resources.store.region };
}

const steps = implement(
  { here, apart, program, spill, reached },
  {
    here: (input, ctx) => act('here', input, ctx),
    apart: (input, ctx) => act('apart', input, ctx),
    program: command({ program: 'node', arguments: ['program.cjs'] }),
    spill: ({ marker }, ctx) => ({ said: said(ctx.resources.store, marker) }),
    reached: ({ region }) => ({ region }),
  },
);

/** In the plan as a literal. */
const planned = process.env['CANARY_MARKER'] ?? 'no marker';

const leak = pipeline('leak', {
  config: z.object({ folder: z.string() }),
  graph(g, config) {
    const input = { folder: config.folder, marker: planned };
    const inProcess = g.run(here, input);
    return [g.run(reached, { region: inProcess.region }), g.run(apart, input), g.run(program, input)];
  },
});

const spills = pipeline('spills', {
  config: z.object({ folder: z.string() }),
  graph: (g, config) => g.run(spill, { folder: config.folder, marker: planned }),
});

/** A program whose output cannot be read, for what it is or for the file that it names. */
const garbles = pipeline('garbles', {
  config: z.object({ folder: z.string() }),
  graph: (g, { folder }) =>
    (['no json', 'no file'] as const).map((one) =>
      g.run(program, { folder, marker: planned, how: one }, { id: one.replace(' ', '-') }),
    ),
  onFailure: 'finish-others',
});

export default defineConfig({
  pipelines: [leak, spills, garbles],
  models: [],
  steps: { cpu: () => Promise.resolve({ steps }) },
});

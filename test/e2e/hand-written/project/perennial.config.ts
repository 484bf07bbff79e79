import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineConfig, implement, type StepContext } from '../../../../core';
import {
  attentive,
  broken,
  careful,
  delivery,
  endless,
  extract,
  fitModel,
  hold,
  late,
  nightly,
  saga,
  ship,
  touch,
  undo,
  wrong,
} from './contracts';

// The ordinary half of a project with hand-written workflows: its steps write down each of their executions.

interface At {
  readonly folder: string;
  readonly n: number;
}

function executed(folder: string, ctx: StepContext): void {
  appendFileSync(join(folder, 'executed'), `${ctx.run} ${ctx.address}\n`);
}

const plusOne = ({ folder, n }: At, ctx: StepContext) => {
  executed(folder, ctx);
  return { n: n + 1 };
};

class Stormy extends Error {
  override readonly name = 'Stormy';
}

export const cpu = implement(
  { extract, touch, ship, hold, undo },
  {
    extract: plusOne,
    touch: plusOne,
    undo: plusOne,
    ship({ folder, n }, ctx) {
      executed(folder, ctx);
      if (existsSync(join(folder, 'storm'))) throw new Stormy('the ship stays in the harbour');
      return { n };
    },
    async hold({ folder, n }, ctx) {
      executed(folder, ctx);
      await sleep(60_000, undefined, { signal: ctx.signal });
      return { n };
    },
  },
);

export const gpu = implement({ fitModel }, { fitModel: plusOne });

export default defineConfig({
  pipelines: [],
  models: [],
  workflows: [nightly, saga, careful, broken, wrong, endless, delivery, attentive, late],
  steps: { cpu: () => Promise.resolve({ cpu }), gpu: () => Promise.resolve({ gpu }) },
});

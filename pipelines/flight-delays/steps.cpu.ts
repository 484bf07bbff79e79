import { implement } from '../../core';
import { chooseRows } from './contracts';

const DAY = 86_400_000;

/** Code of this project's own steps on the pool `cpu`. */
export const cpuSteps = implement(
  { chooseRows },
  {
    chooseRows({ occasion, bootstrap, historyDays, holdOut, time }) {
      const judged = occasion.window;
      if (!judged) return { rows: bootstrap, trainedOn: bootstrap, by: { kind: 'random' as const, ...holdOut } };
      const from = new Date(Date.parse(judged.from) - historyDays * DAY).toISOString();
      return {
        rows: { from, to: judged.to },
        trainedOn: { from, to: judged.from },
        by: { kind: 'time' as const, column: time, at: judged.from },
      };
    },
  },
);

import { implement } from 'perennial-ml';
import { chooseRows } from './contracts';

const DAY = 86_400_000;

/** Code that workers of the pool `cpu` load. */
export const cpuSteps = implement(
  { chooseRows },
  {
    chooseRows({ occasion, first, days }) {
      const newest = occasion.window;
      if (newest === null) return { window: first };
      return { window: { from: new Date(Date.parse(newest.to) - days * DAY).toISOString(), to: newest.to } };
    },
  },
);

import type { EngineContext } from '../../../../activities/run-step';
import { command, implement } from '../../../../core';
import { insertEdge } from '../../../../store/lineage';
import { fail, count, draw, half, make, shout, write } from './contracts';

export const steps = implement(
  { make, count, half, shout, draw, fail, write },
  {
    async make({ text }, ctx) {
      ctx.log.info({ token: ctx.resources.account.token }, 'made with the token');
      process.stdout.write(`printed past the log: ${String(ctx.resources.account.token)}\n`);
      return { blob: await ctx.artifacts.putBytes(Buffer.from(text), 'json') };
    },
    async count({ blob, by }, ctx) {
      const bytes = await ctx.artifacts.read(blob);
      ctx.progress({ read: bytes.length });
      const n = bytes.length * by;
      return { n };
    },
    half: ({ n }) => ({ n: n / 2, pid: process.pid }),
    shout: command({ program: 'node', arguments: ['shout.cjs'] }),
    async draw({ blob }, ctx: EngineContext) {
      const { run, address } = ctx;
      const { rows } = await ctx.db.query<{ n: number }>('SELECT count(*) AS n FROM runs WHERE id = $1', [run]);
      ctx.inCommit((tx) => insertEdge(tx, { child: blob, parent: 'a source', relation: 'drawn', run, address }));
      return { n: rows[0]?.n ?? 0 };
    },
    fail() {
      throw Object.assign(new Error('it broke on Tuesday'), { name: 'Broken' });
    },
    async write({ n }, ctx: EngineContext) {
      if (n > 1) await ctx.db.query(`INSERT INTO lineage (child, parent, relation) VALUES ('c', 'p', 'r')`);
      return { n };
    },
  },
);

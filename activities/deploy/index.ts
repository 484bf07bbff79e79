import { implement } from '../../core';
import { decline, deploy, register } from '../../steps/deploy';
import { findChampion } from '../../steps/evaluate';
import { championOf } from '../../store/models/champion-of';
import { tellKeeper } from '../../store/outbox/tell-keeper';
import { ModelArtifact } from '../../steps/types';
import type { EngineContext } from '../run-step/context';
import { registerModel } from './register';

/** Code of the steps `find-champion`, `register`, `deploy` and `decline`. */
export const deploySteps = implement(
  { findChampion, register, deploy, decline },
  {
    async findChampion({ model }, ctx: EngineContext) {
      const champion = await championOf(ctx.db, model);
      if (champion === null) return { version: null, artifact: null };
      return { version: champion.version, artifact: ModelArtifact.parse(champion.artifact) };
    },

    register: registerModel,

    // Both only speak to the keeper, in the transaction that commits the step: told once, and only if it is recorded.
    deploy({ model, version, occasion, reason }, ctx: EngineContext) {
      const { decisionId, at: eventTime } = occasion;
      ctx.inCommit(async (tx) => {
        await tellKeeper(tx, model, { type: 'candidate', version, decisionId, eventTime, reason });
      });
      return { handed: true, version };
    },

    decline({ model, version, occasion, reason }, ctx: EngineContext) {
      const { decisionId, at: eventTime } = occasion;
      ctx.inCommit(async (tx) => {
        await tellKeeper(tx, model, { type: 'declined', version, decisionId, eventTime, reason });
      });
      return { handed: false, version };
    },
  },
);

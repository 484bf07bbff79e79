import { z } from 'zod';
import { perennialError } from '../errors';
import { canonicalJson, type Json, jsonOf } from '../plan/json';
import type { PlanStep } from '../plan/plan';
import { sha256 } from '../plan/sha256';
import { resourcesOf } from './resource';
import type { StepContract } from './step';

/**
 * A schema as JSON schema. Refinements and transforms are code and have none: only their digest-free shape shows.
 *
 * @throws PER_DEF_017; `what` names the schema in the message.
 */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output', what: string): Json {
  try {
    return jsonOf(z.toJSONSchema(schema, { io }));
  } catch (cause) {
    throw perennialError('PER_DEF_017', `${what} cannot be written as JSON schema.`, { cause });
  }
}

/**
 * A contract as the plan carries it, with the digest that changes whenever a schema or the policy does: everything but
 * how urgent it is and what people find it by.
 */
export function planStep(step: StepContract): PlanStep {
  const { name, pool, timeout, heartbeat, retry, isolate, light, cache, priority, tags } = step;
  const resources = resourcesOf([step]).map((needed) => needed.name);
  const policy = {
    ...{ name, pool, timeout, heartbeat, retry, isolate, light, cache },
    ...(resources.length === 0 ? {} : { resources }),
  };
  const text = canonicalJson({
    ...policy,
    retry: { ...retry },
    input: jsonSchema(step.input, 'input', `The input of the step ${name}`),
    output: jsonSchema(step.output, 'output', `The output of the step ${name}`),
  });
  const labels = { ...(priority !== undefined && { priority }), ...(tags.length > 0 && { tags }) };
  return { ...policy, ...labels, contract: sha256(text) };
}

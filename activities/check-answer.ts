import { z } from 'zod';
import type { Pipeline } from '../core';
import { canonicalJson, type Json } from '../core/plan/json';
import { jsonSchema } from '../core/define/contract';
import { perennialError } from '../core/errors';
import type { CheckAnswerArgument } from '../core/interpret/activity';
import { type GivenAnswer, mayAnswerAs, NOT_A_PERSON } from '../core/plan/approval';
import { toJson } from './run-step/to-json';

const Answer = z.object({
  approved: z.boolean(),
  by: z.string().min(1).refine(mayAnswerAs, NOT_A_PERSON),
  note: z.string().nullable().default(null),
  answer: z.unknown().optional(),
});

/**
 * Holds an answer against what its approval asks for.
 *
 * @param now when it was given: ISO 8601, UTC
 * @throws PER_RUN_016 the answer's form, PER_RUN_030 somebody who may not answer; the node goes on waiting
 */
export async function checkAnswer(
  pipelines: readonly Pipeline[],
  argument: CheckAnswerArgument,
  now: () => string = () => new Date().toISOString(),
): Promise<GivenAnswer> {
  const { address, by: allowed, schema } = argument;
  const parsed = Answer.safeParse(argument.answer);
  if (!parsed.success) throw refused(address, parsed.error);
  const { answer: more, ...given } = parsed.data;
  if (allowed && !allowed.includes(given.by)) {
    const who = allowed.join(', ');
    throw perennialError('PER_RUN_030', `'${given.by}' may not answer '${address}' (${who} may).`);
  }
  const at = now();
  if (schema === null) {
    if (more === undefined) return { ...given, at };
    throw perennialError('PER_RUN_016', `The answer to '${address}' was refused (it asks for yes or no only).`);
  }
  if (!given.approved) return { ...given, at, answer: null };
  const wanted = await schemaOf(pipelines, argument).safeParseAsync(more);
  if (!wanted.success) throw refused(address, wanted.error);
  return { ...given, at, answer: toJson(wanted.data, `The answer to ${address}`) };
}

/** The project's own schema, which may refine what JSON schema can say; the plan's, when the project has moved on. */
function schemaOf(pipelines: readonly Pipeline[], { pipeline, node, schema }: CheckAnswerArgument): z.ZodType {
  const own = pipelines.find(({ name }) => name === pipeline)?.answers.get(node);
  if (own && canonicalJson(jsonSchema(own, 'input', node)) === canonicalJson(schema)) return own;
  return fromJsonSchema(schema);
}

function fromJsonSchema(schema: Json): z.ZodType {
  const fields = z.record(z.string(), z.unknown()).parse(schema);
  return z.fromJSONSchema(fields);
}

function refused(address: string, error: z.ZodError): Error {
  const issues = error.issues.map((issue) => `${issue.path.map(String).join('.') || 'the answer'}: ${issue.message}`);
  return perennialError('PER_RUN_016', `The answer to '${address}' was refused (${issues.join('; ')}).`);
}

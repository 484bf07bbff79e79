import { checkAnswer } from '../activities/check-answer';
import type { Json, Pipeline } from '../core';
import { isPerennialError } from '../core/errors';
import { askedFor } from '../core/nodes/asked-for';
import type { GivenAnswer } from '../core/plan/approval';
import { unanswered } from '../core/plan/approval';
import { type Bench, dateIn, virtual } from './executions';
import { type Answers, type LocalAnswer, saidOf } from './options';
import type { CommandOf, Stop, Tell } from './shell';

/** Gives the answers of the options when their time has come, each held against what is asked; or the time-out's. */
export function giveAnswers(
  bench: Bench,
  pipeline: Pipeline,
  command: CommandOf<'await-answer'>,
  asked: { readonly path: string; readonly show: Json; readonly run: string },
  tell: Tell,
): Stop {
  const { clock, records, options } = bench;
  const { address, node, timeout } = command;
  const where = asked.path + address;
  let open = true;
  const give = (answer: GivenAnswer): void => {
    open = false;
    tell({ type: 'answered', address, answer });
  };

  async function take(given: LocalAnswer): Promise<void> {
    if (!open) return;
    const { approved, by, note = null, answer } = given;
    const sent = { approved, by, note, ...(answer !== undefined && { answer }) };
    const argument = { run: asked.run, address: where, answer: sent, pipeline: pipeline.name, node };
    try {
      give(await checkAnswer([pipeline], { ...argument, ...askedFor(pipeline.plan, node) }, () => timeIn(bench)));
    } catch (error) {
      if (!isPerennialError(error)) throw error;
      records.refused.push({ address: where, by, code: error.code, message: error.message });
    }
  }

  const said = saidOf(options.answers, [where, address, node]) ?? null;
  const answers = typeof said === 'function' ? said({ address: where, show: asked.show }) : said;
  for (const answer of listOf(answers)) {
    clock.after(virtual(answer.after ?? 0, `\`after\` of an answer to ${where}`), () => take(answer));
  }
  if (timeout !== null)
    clock.after(timeout, () => {
      if (open) give(unanswered(timeIn(bench)));
    });
  return () => {
    open = false;
  };
}

function listOf(answers: Answers): readonly LocalAnswer[] {
  if (answers === null) return [];
  return 'approved' in answers ? [answers] : answers;
}

function timeIn(bench: Bench): string {
  return new Date(dateIn(bench)).toISOString();
}

import { countExecutions } from '../interpret/index-plan';
import { MAX_EXECUTIONS } from '../interpret/limits';
import { allNodes, bodiesOf } from '../nodes';
import type { Body, Plan } from '../plan/plan';
import { type Finding, finding } from './finding';

/** Scopes inside scopes, at most. */
export const MAX_DEPTH = 8;

/** Characters of a plan's JSON: it is the result of a local activity and travels to each shard. */
export const MAX_PLAN_SIZE = 512 * 1024;

/** A plan fits one workflow: its nodes, how deep they stand, and its text. */
export function checkSize(plan: Plan): Finding[] {
  const nodes = allNodes(plan.body).length;
  const depth = depthOf(plan.body);
  const size = JSON.stringify(plan).length;
  const { pipeline } = plan;
  return [
    ...(nodes > MAX_EXECUTIONS ? [tooMuch(`${pipeline} has ${nodes} nodes, ${MAX_EXECUTIONS} at most.`)] : []),
    ...repetitionsTooLong(plan),
    ...(depth > MAX_DEPTH ? [tooMuch(`${pipeline} nests ${depth} deep, ${MAX_DEPTH} at most.`)] : []),
    ...(size > MAX_PLAN_SIZE
      ? [tooMuch(`The plan of ${pipeline} has ${size} characters, ${MAX_PLAN_SIZE} at most.`)]
      : []),
  ];
}

/** All iterations of a repetition run in one workflow. */
function repetitionsTooLong(plan: Plan): Finding[] {
  return allNodes(plan.body).flatMap((node) => {
    if (node.kind !== 'until') return [];
    const executions = node.max * countExecutions(node.body);
    if (executions <= MAX_EXECUTIONS) return [];
    return [tooMuch(`${node.id} may execute ${executions} nodes (${node.max} times), ${MAX_EXECUTIONS} at most.`)];
  });
}

function tooMuch(message: string): Finding {
  return finding('PER_DEF_011', 'error', null, message);
}

function depthOf(body: Body): number {
  return Math.max(0, ...body.nodes.flatMap((node) => bodiesOf(node).map((inner) => 1 + depthOf(inner.body))));
}

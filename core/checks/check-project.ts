import type { Plan } from '../plan/plan';
import { checkImplementations, checkPools, type StepsByPool } from './check-workers';
import { type Finding, finding } from './finding';

/** What a project consists of, as far as checks need it. */
export interface ProjectFacts {
  readonly plans: readonly Plan[];
  readonly models: readonly string[];
  /** The engine's standard steps included. */
  readonly steps: StepsByPool;
}

/** What is wrong with a project as a whole: names used twice, one name for two contracts, pools and code missing. */
export function checkProject(project: ProjectFacts): Finding[] {
  return [
    ...twice(
      'pipelines',
      project.plans.map((plan) => plan.pipeline),
    ),
    ...twice('models', project.models),
    ...checkContracts(project.plans),
    ...project.plans.flatMap((plan) => checkPools(plan, project.steps)),
    ...project.plans.flatMap((plan) => checkImplementations(plan, project.steps)),
  ];
}

function twice(what: string, names: readonly string[]): Finding[] {
  const repeated = new Set(names.filter((name, i) => names.indexOf(name) !== i));
  return [...repeated].map((name) => finding('PER_DEF_009', 'error', null, `Two ${what} are called ${name}.`));
}

/** A step's name is the name of its activity: two contracts cannot share it. */
function checkContracts(plans: readonly Plan[]): Finding[] {
  const digests = new Map<string, string>();
  const clashes = new Set<string>();
  for (const { name, contract } of plans.flatMap((plan) => Object.values(plan.steps))) {
    if ((digests.get(name) ?? contract) !== contract) clashes.add(name);
    digests.set(name, contract);
  }
  return [...clashes].map((name) =>
    finding('PER_DEF_009', 'error', name, `Two different steps of this project are called ${name}.`),
  );
}

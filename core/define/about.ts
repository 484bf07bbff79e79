import { perennialError } from '../errors';

/** What people are told of a pipeline, a step or a model: in no plan and in no digest, so that an edit changes nothing that runs. */
export interface About {
  /** What it is for, in a sentence or two. */
  readonly description?: string;
  /** Who answers for it: people or teams, as you name them. */
  readonly owners?: readonly string[];
}

/**
 * What is told of a thing, checked; what was left out is not there.
 *
 * @param what names it in the message: `the step train`
 * @throws PER_DEF_060
 */
export function readAbout(what: string, { description, owners }: About): About {
  if (description?.trim() === '') throw perennialError('PER_DEF_060', `The description of ${what} is empty.`);
  if (owners?.some((owner) => owner.trim() === '')) {
    throw perennialError('PER_DEF_060', `An owner of ${what} has no name.`);
  }
  return {
    ...(description !== undefined && { description: description.trim() }),
    ...(owners !== undefined && { owners: Object.freeze([...new Set(owners)]) }),
  };
}

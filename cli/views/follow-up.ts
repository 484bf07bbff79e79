import { shellWord } from './shell-word';

/**
 * What to call next on a stack that was just started: lines that work as they stand in this folder and shell.
 *
 * @param state its state folder
 * @param found the state folder that a verb called here without --state works on
 */
export function followUp(state: string, found: string, foreground: boolean): string[] {
  const known = state === found;
  const named = shellWord(state);
  return [
    foreground ? 'Ctrl-C ends it.' : `npx perennial down${known ? '' : ` --state ${named}`} ends it.`,
    ...(known
      ? []
      : [`Called here, other verbs need --state ${named} too (or PERENNIAL_STATE=${named} in the environment).`]),
  ];
}

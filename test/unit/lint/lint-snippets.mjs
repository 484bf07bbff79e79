// Run as a process of its own: jest's realm cannot load a configuration that is an ES module. Takes the snippets as JSON by
// IPC and answers, for each, the rules that refused it. The rules that need types are left out: they cost a program each time.
// So is the rule about cycles, which reads every file that a snippet reaches, but where it is the one that is asked about.
import { ESLint } from 'eslint';

const RULES = [
  '@typescript-eslint/no-restricted-imports',
  '@typescript-eslint/no-explicit-any',
  '@typescript-eslint/no-non-null-assertion',
  'no-restricted-syntax',
];
const CYCLES = 'import-x/no-cycle';

const linting = (rules) =>
  new ESLint({
    ruleFilter: ({ ruleId }) => rules.includes(ruleId),
    overrideConfig: { languageOptions: { parserOptions: { project: null } } },
  });
const [plain, withCycles] = [linting(RULES), linting([...RULES, CYCLES])];

process.once('message', async (snippets) => {
  const answers = [];
  for (const { file, code, rule } of snippets) {
    const [result] = await (rule === CYCLES ? withCycles : plain).lintText(code, { filePath: file });
    answers.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
  }
  process.send(answers, () => process.disconnect());
});

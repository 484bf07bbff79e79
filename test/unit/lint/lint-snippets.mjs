// Run as a process of its own: jest's realm cannot load a configuration that is an ES module. Takes the snippets as JSON by
// IPC and answers, for each, the rules that refused it. The rules that need types are left out: they cost a program each time.
import { ESLint } from 'eslint';

const RULES = [
  '@typescript-eslint/no-restricted-imports',
  '@typescript-eslint/no-explicit-any',
  '@typescript-eslint/no-non-null-assertion',
  'no-restricted-syntax',
];

const eslint = new ESLint({
  ruleFilter: ({ ruleId }) => RULES.includes(ruleId),
  overrideConfig: { languageOptions: { parserOptions: { project: null } } },
});

process.once('message', async (snippets) => {
  const answers = [];
  for (const { file, code } of snippets) {
    const [result] = await eslint.lintText(code, { filePath: file });
    answers.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
  }
  process.send(answers, () => process.disconnect());
});

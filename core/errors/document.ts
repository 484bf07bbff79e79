import type { ErrorRow } from './error';

/** What the middle of a code says: PER_DATA_003 belongs to the area DATA. In the order of the document. */
const AREAS: readonly (readonly [string, string])[] = [
  ['DEF', 'Defining pipelines, steps and models'],
  ['RUN', 'Running: executions, the cache, the client'],
  ['FLOW', 'The interpreter: evaluating plans'],
  ['DATA', 'Data: collect, clean, validate, split, monitors'],
  ['MODEL', 'Features, training, evaluation, the registry, admission'],
  ['SERVE', 'The prediction API and the prediction log'],
  ['STACK', 'The embedded stack, workers, configuration, the command'],
  ['KEEP', 'The keeper, causes, schedules, approvals'],
];

/**
 * The text of docs/ERRORS.md, made of the error table; a test keeps the file equal to it.
 *
 * @throws Error for a code of an area that this file does not name
 */
export function errorsDocument(errors: Readonly<Record<string, ErrorRow>>): string {
  const codes = Object.entries(errors).sort(([a], [b]) => (a < b ? -1 : 1));
  const homeless = codes.find(([code]) => !AREAS.some(([area]) => code.startsWith(`PER_${area}_`)));
  if (homeless) throw new Error(`${homeless[0]} belongs to no area of core/errors/document.ts`);
  const parts = AREAS.map(([area, title]) => {
    const rows = codes.filter(([code]) => code.startsWith(`PER_${area}_`)).map(([code, row]) => tableRow(code, row));
    return [`## ${title}`, '', ...(rows.length > 0 ? [...HEAD, ...rows] : ['None yet.']), ''].join('\n');
  });
  return [INTRODUCTION, ...parts].join('\n');
}

const INTRODUCTION = `# Errors

Generated from the table in \`core/errors\` by \`node dist/cli/docs/write-errors.js\`; do not edit. A code never changes its
meaning. Every message reads \`[CODE] what happened, naming the thing. What to do.\` With \`--json\` the command prints
\`{"error": {"code", "message", "fault", "retryable"}}\`; the prediction API answers \`{"error": {"code", "message"}}\`, with
\`issues\` when a body was refused.

*Fault*: \`user\` means that something given to the engine is wrong (input, config, data, set-up), \`engine\` that something
the engine relies on failed or that it has a bug. *Again*: whether the engine itself tries again. Bad input never is.
`;

const HEAD = ['| code | what | fault | again | what to do |', '|---|---|---|---|---|'];

function tableRow(code: string, row: ErrorRow): string {
  const cells = [`\`${code}\``, capitalised(row.title), row.fault, row.retryable ? 'yes' : 'no', row.fix];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function capitalised(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** A cell of a Markdown table: one line, no bar that would end it, nothing that is read as markup of HTML. */
export function cell(text: string): string {
  return text
    .replace(/\s*\r?\n\s*/g, ' ')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .trim();
}

/** A value as code in a cell. */
export function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text.replace(/\s*\r?\n\s*/g, ' ').replaceAll('|', '\\|')}${pad}${fence}`;
}

/** A table; columns in which no row says anything are left out, but the first. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const kept = head.map((_, at) => at).filter((at) => at === 0 || rows.some((row) => (row[at] ?? '') !== ''));
  const line = (cells: readonly string[]): string => `| ${kept.map((at) => cells[at] ?? '').join(' | ')} |`;
  return [line(head), `|${kept.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

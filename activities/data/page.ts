/**
 * A report as a page of its own, without scripts: for light and dark, and for the width of a phone. The same body gives the same bytes.
 *
 * @param style more of the page's own style
 * @example
 * const html = page('Cleaning of 3fa9c1', `<h1>${escape(title)}</h1>`);
 */
export function page(title: string, body: string, style = ''): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title><style>
:root { color-scheme: light dark; --ink: #1b1b1b; --ground: #fff; --line: #ccc; --fail: #b00020; --warn: #8a5a00; --kept: #1b6e3c; }
@media (prefers-color-scheme: dark) {
:root { --ink: #e6e6e6; --ground: #16181b; --line: #4a4f57; --fail: #ff8a9b; --warn: #f2b950; --kept: #7fd6a0; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: clamp(.8rem, 4vw, 2rem); color: var(--ink); background: var(--ground); }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .8rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.fail td:first-child { color: var(--fail); } .warn td:first-child { color: var(--warn); } .kept td:first-child { color: var(--kept); }
.rows td { border-bottom: 1px solid var(--line); padding-left: 2rem; } code { word-break: break-all; }
${style}</style></head><body>${body}</body></html>
`;
}

/** A text that stands for itself in HTML. */
export function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (c) => entities[c] ?? c);
}

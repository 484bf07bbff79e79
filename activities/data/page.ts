/** A report as a page of its own, without scripts. The same body gives the same bytes. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title><style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; } table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .8rem; text-align: left; vertical-align: top; }
.fail td:first-child { color: #b00020; } .warn td:first-child { color: #8a5a00; } .kept td:first-child { color: #1b6e3c; }
.rows td { border-bottom: 1px solid #ccc; padding-left: 2rem; } code { word-break: break-all; }
</style></head><body>${body}</body></html>
`;
}

/** A text that stands for itself in HTML. */
export function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (c) => entities[c] ?? c);
}

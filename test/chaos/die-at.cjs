// Loaded before a worker: kills it, as kill -9 does, just before or just after its first statement of a given kind.
// DIE_AT is JSON: the statement's pattern, `before` or `after`, and a file that is made first.
const { writeFileSync } = require('node:fs');
const { Client } = require('pg');

const { pattern, when, mark } = JSON.parse(process.env.DIE_AT);
const wanted = new RegExp(pattern);
const query = Client.prototype.query;

function die() {
  writeFileSync(mark, '');
  process.kill(process.pid, 'SIGKILL');
}

Client.prototype.query = function (config, ...rest) {
  const text = typeof config === 'string' ? config : (config?.text ?? '');
  if (!wanted.test(text)) return query.call(this, config, ...rest);
  if (when === 'before') die();
  if (typeof rest.at(-1) === 'function') return query.call(this, config, ...rest.slice(0, -1), die);
  return query.call(this, config, ...rest).then(die, die);
};

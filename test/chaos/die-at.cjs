// Loaded before a worker: kills it, as kill -9 does, just before or just after a statement, once a test asks for that in the
// file DIE_AT: JSON of the statement's pattern, `before` or `after`, the pattern of the statement that went before it on the
// same connection, and the name that the file is given first, so that the next worker lives.
const { existsSync, readFileSync, renameSync } = require('node:fs');
const { Client } = require('pg');

const file = process.env.DIE_AT;
const query = Client.prototype.query;
const last = new WeakMap();

/** The order that this statement fulfils. */
function orderFor(client, text) {
  const before = last.get(client) ?? '';
  last.set(client, text);
  if (!existsSync(file)) return null;
  const order = JSON.parse(readFileSync(file, 'utf8'));
  return new RegExp(order.pattern).test(text) && new RegExp(order.following ?? '').test(before) ? order : null;
}

Client.prototype.query = function (config, ...rest) {
  const text = typeof config === 'string' ? config : (config?.text ?? '');
  const order = orderFor(this, text);
  if (order === null) return query.call(this, config, ...rest);
  const die = () => {
    renameSync(file, order.mark);
    process.kill(process.pid, 'SIGKILL');
  };
  if (order.when === 'before') die();
  if (typeof rest.at(-1) === 'function') return query.call(this, config, ...rest.slice(0, -1), die);
  return query.call(this, config, ...rest).then(die, die);
};

// Loaded before a worker: kills it, as kill -9 does, just before or just after a statement, once a test asks for that in the
// file DIE_AT: JSON of the statement's pattern, `before` or `after`, the pattern of the statement that went before it on the
// same connection, the type of the activity that sends it where that matters, and the name that the file is given first, so that
// the next worker lives. What activities send is written
// down in the file STATEMENTS, where there is one: JSON, one a line, of the activity's type, the statement, and the one before it
// on its connection where that is the activity's own.
const { appendFileSync, existsSync, readFileSync, renameSync } = require('node:fs');
const { Client, Pool } = require('pg');

const [file, statements] = [process.env.DIE_AT, process.env.STATEMENTS];
const query = Client.prototype.query;
const last = new WeakMap();

const textOf = (config) => (typeof config === 'string' ? config : (config?.text ?? ''));

const activityNow = () => require('@temporalio/activity').asyncLocalStorage.getStore()?.info.activityType;

function note(config, before) {
  const activity = activityNow();
  if (activity === undefined) return;
  appendFileSync(statements, `${JSON.stringify({ activity, text: textOf(config), before })}\n`);
}

// Noted when it is handed to the pool: the connection that it goes out on may have been waited for, in another's name.
if (statements !== undefined) {
  const { query: ask } = Pool.prototype;
  Pool.prototype.query = function (config, ...rest) {
    note(config, '');
    return ask.call(this, config, ...rest);
  };
}

/** The order that this statement fulfils. */
function orderFor(text, before) {
  if (!existsSync(file)) return null;
  const order = JSON.parse(readFileSync(file, 'utf8'));
  if (order.activity !== undefined && order.activity !== activityNow()) return null;
  return new RegExp(order.pattern).test(text) && new RegExp(order.following ?? '').test(before) ? order : null;
}

Client.prototype.query = function (config, ...rest) {
  const text = textOf(config);
  const before = last.get(this) ?? '';
  last.set(this, text);
  // With a callback it is the pool that asks.
  if (statements !== undefined && typeof rest.at(-1) !== 'function') note(config, before);
  const order = orderFor(text, before);
  if (order === null) return query.call(this, config, ...rest);
  const die = () => {
    renameSync(file, order.mark);
    process.kill(process.pid, 'SIGKILL');
  };
  if (order.when === 'before') die();
  if (typeof rest.at(-1) === 'function') return query.call(this, config, ...rest.slice(0, -1), die);
  return query.call(this, config, ...rest).then(die, die);
};

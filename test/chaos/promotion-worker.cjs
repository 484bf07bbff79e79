// Carries out decisions, to be killed in the middle: node promotion-worker.cjs <model> <version> <seed> <first> <count>
// Each decision is asked for until the log has it; where the log has moved, it is asked again from where it is now.
const { openDb } = require('../../dist/store/db');
const { championOf } = require('../../dist/store/models/champion-of');
const { promote } = require('../../dist/store/models/promote');

const [model, version, prefix, first, count] = process.argv.slice(2);
const db = openDb(process.env.DATABASE_URL, { max: 2 });

async function carryOut(decisionId) {
  for (;;) {
    const head = await championOf(db, model);
    const ask = { model, expectedSeq: head?.seq ?? 0, version: Number(version), decisionId, reason: 'r', by: 'test' };
    const { outcome } = await promote(db, { ...ask, eventTime: '2001-02-01T00:00:00.000Z' });
    process.stdout.write(`${outcome}\n`);
    if (outcome !== 'moved') return;
  }
}

async function main() {
  for (let i = Number(first); i < Number(first) + Number(count); i++) await carryOut(`${prefix}-${i}`);
}

void main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(String(error));
    process.exit(1);
  },
);

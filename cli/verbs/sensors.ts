import type { Command } from 'commander';
import { perennialError } from '../../core/errors';
import { listSensorEvents } from '../../store/sensors/list-events';
import { listSensors } from '../../store/sensors/list-sensors';
import { Limit } from '../arguments/fields';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { sensorDetail, sensorsText } from '../views/sensors-view';

const Options = CommonOptions.extend({ limit: Limit });

/** `perennial sensors [name]`: what each looks at, how far it is, what it has seen last, what is wrong. */
export function registerSensors(program: Command): void {
  verb(program, 'sensors [name]', 'list the sensors, or show one, or those of a pipeline, with what they have seen')
    .option('--limit <count>', 'how many sensors, or events of one, at most, 1 to 1000 (default: 20)')
    .addHelpText(
      'after',
      `
Examples:
  perennial sensors
  perennial sensors load
  perennial sensors load/arrivals --json
A sensor is named by its pipeline and its own name. It is listed from when a worker has had it first, and stays listed with what it
has seen when the project drops it.`,
    )
    .action(
      act(async (frame) => {
        const { limit, ...flags } = frame.options(Options);
        const [name] = frame.args;
        const [pipeline, sensor] = name?.split('/') ?? [];
        const only = { ...(pipeline === undefined ? {} : { pipeline }), ...(sensor === undefined ? {} : { sensor }) };
        const { rows, events } = await withRecords(flags, async (db) => {
          const found = await listSensors(db, { limit, ...only });
          const [first] = found;
          const detail = sensor !== undefined && first !== undefined;
          return { rows: found, events: detail ? await listSensorEvents(db, first, { limit }) : null };
        });
        if (name !== undefined && rows.length === 0) {
          throw perennialError('PER_RUN_190', `The records hold no sensor '${name}'.`);
        }
        const [row] = rows;
        if (events !== null && row !== undefined) {
          frame.result({ ...row, seen: events }, () => sensorDetail(row, events, Date.now(), frame.width));
        } else if (frame.json) for (const one of rows) frame.result(one, () => '');
        else frame.line(sensorsText(rows, Date.now(), frame.width));
        return undefined;
      }),
    );
}

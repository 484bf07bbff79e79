import type { Command } from 'commander';
import { perennialError } from '../../core/errors';
import { listSensorEvents } from '../../store/sensors/list-events';
import { listSensors } from '../../store/sensors/list-sensors';
import type { SensorEventRow, SensorRow } from '../../store/sensors/sensor-row';
import { Limit } from '../arguments/fields';
import { act, CommonOptions, verb } from '../frame';
import { withRecords } from '../open';
import { sensorDetail, sensorsText } from '../views/sensors-view';

const Options = CommonOptions.extend({ limit: Limit });

/** `perennial sensors [name]`: what each looks at, how far it is, what it has seen last, what is wrong. */
export function registerSensors(program: Command): void {
  verb(
    program,
    'sensors [name]',
    'list the sensors, or show one, or each of a pipeline, with all that is known and what it has seen',
  )
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
        const rows = await withRecords(flags, async (db) => {
          const found: (SensorRow & { readonly seen?: readonly SensorEventRow[] })[] = [];
          for (const row of await listSensors(db, { limit, ...only })) {
            const named = pipeline !== undefined;
            found.push(named ? { ...row, seen: await listSensorEvents(db, row, { limit }) } : row);
          }
          return found;
        });
        if (name !== undefined && rows.length === 0) {
          throw perennialError('PER_RUN_190', `The records hold no sensor '${name}'.`);
        }
        if (frame.json) for (const row of rows) frame.result(row, () => '');
        else if (pipeline === undefined) frame.line(sensorsText(rows, Date.now(), frame.width));
        else frame.line(rows.map((row) => sensorDetail(row, row.seen ?? [], Date.now(), frame.width)).join('\n\n'));
        return undefined;
      }),
    );
}

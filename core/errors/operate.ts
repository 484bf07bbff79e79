import type { ErrorRow } from './error';

/**
 * What is raised around runs, and never by the code of a workflow: builds, migrations, logs, sensors, previews. Apart from
 * `run.ts`, whose rows travel in the bundle of every user of `perennial-ml/workflow`.
 */
export const OPERATE_ERRORS = {
  PER_RUN_150: {
    fault: 'user',
    retryable: false,
    title: 'This build decides otherwise than a run did',
    fix: 'Keep the old way for runs in flight behind `patched()` from @temporalio/workflow, or let them end before this build goes out; a run that is under way would stop at that event until the older build is back.',
  },
  PER_RUN_151: {
    fault: 'user',
    retryable: false,
    title: 'This build fails where a run went on',
    fix: 'Mend what throws, or let these runs end before this build goes out: they would wait at that event for a build that can go on.',
  },
  PER_RUN_152: {
    fault: 'user',
    retryable: false,
    title: 'The project no longer has something that is still at work',
    fix: 'Put it back until they have ended, or end them (`perennial cancel <run>`); with --allow-gone they are named and let be: they keep their plan, but a step without code waits for ever.',
  },
  PER_RUN_154: {
    fault: 'user',
    retryable: false,
    title: 'Temporal holds no history of this run',
    fix: 'It keeps those of ended runs for a limited time: name a younger run (`perennial runs`).',
  },
  PER_RUN_160: {
    fault: 'user',
    retryable: true,
    title: 'A migration did not get a lock',
    fix: 'Something holds the table for very long: see who in pg_stat_activity and pg_locks, end it, and run `perennial migrate` again; what was applied stands.',
  },
  PER_RUN_170: {
    fault: 'user',
    retryable: true,
    title: 'A step came to a worker of another build than its run is pinned to',
    fix: 'Start a worker of that build for this pool (`perennial deploy builds` names those that are at work), or move the run (`perennial deploy move <run>`); a new build is made current once its workers poll every pool.',
  },
  PER_RUN_171: {
    fault: 'user',
    retryable: true,
    title: 'A build has no worker for a pool',
    fix: 'Start one for each pool (`perennial worker --pool <name>`), then try again; `--wait` waits for them.',
  },
  PER_RUN_172: {
    fault: 'user',
    retryable: false,
    title: 'No such build',
    fix: '`perennial deploy builds` lists those that workers have told Temporal of.',
  },
  PER_RUN_173: {
    fault: 'user',
    retryable: false,
    title: 'A run does not go on with this build',
    fix: 'Start a worker of its own build again, or end the run (`perennial cancel <run>`) and run it anew (`perennial rerun <run>`).',
  },
  PER_RUN_174: {
    fault: 'user',
    retryable: false,
    title: 'Only the build that is at hand can be held against histories',
    fix: 'Give the command from an installation of that build, or pass --unchecked.',
  },
  PER_RUN_175: {
    fault: 'user',
    retryable: false,
    title: 'A history is kept under this name',
    fix: 'It is what later builds are held against: keep it, or replace it with --force.',
  },
  PER_RUN_185: {
    fault: 'user',
    retryable: true,
    title: "A sensor's folder cannot be read",
    fix: "Make the folder, or let the workers' user read it; the sensor looks again by itself.",
  },
  PER_RUN_186: {
    fault: 'user',
    retryable: false,
    title: "A sensor's folder holds a link that leads out of it",
    fix: 'Put the file itself there, or take the link away; what is beside it counts.',
  },
  PER_RUN_187: {
    fault: 'user',
    retryable: true,
    title: "A sensor's query failed",
    fix: 'Mend the query, or the database that it is asked of; the sensor looks again by itself, from where it was.',
  },
  PER_RUN_188: {
    fault: 'user',
    retryable: true,
    title: 'The watermark of a sensor went back',
    fix: 'Rows were deleted, or the table was put back: newer ones count as before. To start over, give the sensor another name.',
  },
  PER_RUN_189: {
    fault: 'user',
    retryable: false,
    title: 'The signature of an event is missing or wrong',
    fix: "Send `perennial-timestamp` (seconds since 1970) and `perennial-signature`: `sha256=` and the HMAC-SHA256, in hex, of the timestamp, a dot and the body, under the sensor's secret.",
  },
  PER_RUN_190: {
    fault: 'user',
    retryable: false,
    title: 'No such sensor',
    fix: '`perennial sensors` lists them; an event is sent to `/v1/sensors/<pipeline>/<sensor>`.',
  },
  PER_RUN_191: {
    fault: 'user',
    retryable: false,
    title: 'An event of this id was another one',
    fix: 'Give each event an id of its own; one that is sent again must be sent as it was.',
  },
  PER_RUN_192: {
    fault: 'user',
    retryable: false,
    title: "A sensor's rows cannot be told apart",
    fix: 'Name a column by `id` that is never null and differs between rows of one watermark, and a watermark that few rows share.',
  },
  PER_RUN_193: {
    fault: 'user',
    retryable: true,
    title: 'The timestamp of an event is too old, or of the future',
    fix: 'Sign each try anew, by a clock that is right: 5 minutes are tolerated.',
  },
  PER_RUN_194: {
    fault: 'user',
    retryable: true,
    title: 'Nobody listens for events',
    fix: 'Set PERENNIAL_EVENTS_PORT for the workers of the pool cpu; see docs/SENSORS.md.',
  },
  PER_RUN_195: {
    fault: 'user',
    retryable: false,
    title: 'Production no longer has an artifact that a preview reads',
    fix: 'It was removed there since the preview was made: drop the preview and create it anew, or run what makes the artifact again with --no-cache.',
  },
  PER_RUN_196: {
    fault: 'user',
    retryable: true,
    title: 'The port for events cannot be had',
    fix: 'End the program that has it, or set another PERENNIAL_EVENTS_PORT (of a preview: PERENNIAL_PREVIEW_EVENTS_PORT; 0 takes a free one) and start the workers again; it is tried again every 5 s.',
  },
  PER_RUN_197: {
    fault: 'user',
    retryable: true,
    title: 'A file that a sensor has found cannot be read',
    fix: "Let the workers' user read it, or take it away; it is passed over until it changes, or for ten minutes, and what is beside it counts.",
  },
  PER_RUN_198: {
    fault: 'user',
    retryable: false,
    title: 'A model has no such version',
    fix: 'Name one from 1 to its newest; `perennial model history <name>` lists those that were champion.',
  },
  PER_RUN_199: {
    fault: 'user',
    retryable: false,
    title: 'Events are taken by POST alone',
    fix: 'Send the event by POST, signed; `perennial sensors <pipeline>` shows what came (docs/SENSORS.md).',
  },
} as const satisfies Record<`PER_RUN_${number}`, ErrorRow>;

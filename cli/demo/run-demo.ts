import { join } from 'node:path';
import { Listr } from 'listr2';
import type { ListrTask } from 'listr2';
import { findSource } from '../../activities/collect/find-source';
import { connect } from '../../client/connection';
import type { Connection } from '../../client/connection';
import { perennialError } from '../../core/errors';
import type { Json } from '../../core/plan/json';
import { flights } from '../../pipelines/flight-delays/data';
import { startStack } from '../../workers/embedded/stack';
import type { Stack as RunningStack } from '../../workers/embedded/stack';
import { loadProject } from '../../workers/load-project';
import type { Frame } from '../frame';
import type { DemoOptions } from './options';
import { compareWithFirst, deployFirst, playWindows } from './play';
import type { PlayedWindow, Stage } from './play';
import { summarise } from './summary';
import type { DemoSummary } from './summary';
import { day, weeks } from './windows';

/** The first version learns from January; the replay goes from there to the end of June. */
const FROM = '2001-02-01T00:00:00.000Z';
const TO = '2001-07-01T00:00:00.000Z';

/** What the tasks hand on to each other. */
interface Play {
  stack?: RunningStack;
  connection?: Connection;
  stage?: Stage;
  first?: number;
  played?: PlayedWindow[];
  comparison?: Json;
  summary?: DemoSummary;
}

/** Starts a fresh stack, plays the loop, and ends the stack again unless it is to be kept. */
export async function runDemo(options: DemoOptions & { project: string }, frame: Frame): Promise<DemoSummary> {
  const began = performance.now();
  const play: Play = {};
  try {
    // With --json stdout carries the result alone. Without a terminal each step is a plain line.
    const renderer = options.json ? 'silent' : process.stdout.isTTY ? 'default' : 'simple';
    await new Listr<Play, 'default' | 'simple' | 'silent'>(tasks(options, began), { renderer }).run(play);
    if (options.keep) await play.stack?.detach();
    return need(play.summary);
  } finally {
    await play.connection?.close();
    if (!options.keep || !play.summary) {
      frame.note('ending the stack');
      await play.stack?.stop();
    }
  }
}

function tasks(options: DemoOptions & { project: string }, began: number): ListrTask<Play>[] {
  const windows = weeks(FROM, TO);
  return [
    {
      title: 'Start Temporal, Postgres, workers and serving',
      async task(play, task) {
        play.stack = await startStack({
          state: options.state ?? join(options.project, '.perennial', 'demo'),
          project: options.project,
          fresh: true,
          useServer: options.useServer,
          onProgress: ({ part, text }) => {
            task.output = `${part}: ${text}`;
          },
        });
        play.stage = await openStage(play, options);
        task.title += `: Temporal UI at ${play.stack.addresses.temporalUi ?? play.stack.addresses.temporal}`;
      },
    },
    {
      title: 'Train on January, deploy',
      async task(play, task) {
        play.first = await deployFirst(need(play.stage), FROM);
        task.title += `: version ${play.first} serves`;
      },
    },
    {
      title: `Replay ${windows.length} weeks of requests, labels one week late`,
      async task(play, task) {
        let count = 0;
        play.played = await playWindows(need(play.stage), windows, ({ window, rows, fraction, versions }) => {
          count += 1;
          const share = `${rows} rows, ${(fraction * 100).toFixed(1)} % of the week's flights`;
          task.output = `${count}/${windows.length} week of ${day(window.from)}: ${share}, answered by version ${versions.join(', ')}`;
        });
      },
    },
    {
      title: 'Compare with the January model left alone',
      async task(play) {
        play.comparison = await compareWithFirst(need(play.stage), windows, need(play.first));
      },
    },
    {
      title: 'Sum up',
      async task(play) {
        const { connection, model } = need(play.stage);
        const { state, addresses } = need(play.stack);
        play.summary = {
          seconds: (performance.now() - began) / 1_000,
          state,
          temporalUi: addresses.temporalUi,
          serving: addresses.serving,
          kept: options.keep,
          ...(await summarise(connection.db, model.name, need(play.played), need(play.comparison))),
        };
      },
    },
  ];
}

async function openStage(play: Play, options: DemoOptions & { project: string }): Promise<Stage> {
  const { state, addresses, token } = need(play.stack);
  if (addresses.serving === null) throw perennialError('PER_STACK_041', 'The stack runs without serving.');
  const project = await loadProject(options.project, state);
  const model = project.models.find((m) => m.name === 'flight-delays');
  if (!model) throw perennialError('PER_STACK_041', 'perennial.config.ts names no model flight-delays.');
  play.connection = await connect({ address: addresses.temporal, databaseUrl: addresses.postgresUrl });
  return {
    connection: play.connection,
    pipelines: project.pipelines,
    model,
    api: { url: addresses.serving, model: model.name, headers: { authorization: `Bearer ${token}` } },
    file: (await findSource(flights, options.project)).files[0].path,
    rowsAWindow: options.rows,
    seed: options.seed,
  };
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw perennialError('PER_STACK_041', 'A step of the demo left nothing behind.');
  return value;
}

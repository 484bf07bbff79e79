import cluster from 'node:cluster';
import { createServer } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import type { Pool } from 'pg';
import { guard } from '../../api';
import { diskArtifacts } from '../../store/artifacts';
import { openDb } from '../../store/db';
import { refuseMixedRecords } from '../../store/previews/refuse-mixed';
import { type Environment, environmentVariables } from '../../store/environment';
import type { Status } from '../messages';
import { Member } from './member';
import { SegmentUploader } from './segments';
import { MetricsSum } from './sum-metrics';

/** What a supervisor is told. */
export interface SupervisorOptions {
  readonly environment: Environment;
  /** 0: any free port, the same for all processes. */
  readonly port: number;
  readonly processes: number;
  readonly log: FastifyBaseLogger;
}

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 10_000;
/** A process that lived this long does not count as failing again and again. */
const SETTLED_MS = 30_000;
const END_WITHIN_MS = 15_000;
const METRICS_WITHIN_MS = 1_000;

/** Memory of replaced models goes back to the system only with these, which are read when a process starts. */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '131072' };

/**
 * Runs server processes that share one port: replaces those that end or stall, uploads what they logged, and answers
 * what concerns all of them. It loads no model and runs none, so that nothing holds its event loop.
 */
export class Supervisor {
  private readonly members = new Set<Member>();
  private readonly metrics = new MetricsSum();
  private readonly db: Pool;
  private readonly uploader: SegmentUploader;
  private readonly allReady: Promise<void>;
  private tellReady: () => void = () => undefined;
  private port: number;
  private delay = FIRST_DELAY_MS;
  private isEnding = false;

  /** @throws PER_SERVE_015 when it would be reachable from elsewhere without a token. */
  constructor(private readonly options: SupervisorOptions) {
    const { environment, log } = options;
    guard(environment);
    this.port = options.port;
    this.db = openDb(environment.databaseUrl, { max: 2, admit: (client) => refuseMixedRecords(client, environment) });
    this.allReady = new Promise((done) => {
      this.tellReady = done;
    });
    this.uploader = new SegmentUploader({
      db: this.db,
      artifacts: diskArtifacts(this.db, environment.artifacts, environment.artifactsBase),
      root: environment.predictions,
      live: () => [...this.members].map((member) => member.server),
      onUploaded: (rows) => {
        this.metrics.uploadedRows.inc(rows);
      },
      onError: (error) => {
        this.metrics.uploadFailures.inc();
        log.warn({ err: error }, 'segments could not be uploaded; they are tried again');
      },
    });
  }

  /** Starts the processes. Resolves to the port once all of them answer. */
  async start(): Promise<number> {
    await this.uploader.start();
    // Every process, also one that replaces another, must ask for the same number to share the socket.
    this.port = this.options.port === 0 ? await freePort(this.options.environment.host) : this.options.port;
    for (let i = 0; i < this.options.processes; i++) this.fork();
    await this.allReady;
    return this.port;
  }

  /** Lets the processes answer what they have begun, uploads their segments, and ends. */
  async end(): Promise<void> {
    this.isEnding = true;
    for (const member of this.members) member.stop();
    const late = setTimeout(() => {
      for (const member of this.members) member.kill();
    }, END_WITHIN_MS);
    while (this.members.size > 0) await new Promise((again) => setTimeout(again, 20));
    clearTimeout(late);
    await this.uploader.uploadNow().catch((error: unknown) => {
      this.options.log.warn({ err: error }, 'the last segments stay on disk for the next start');
    });
    this.uploader.end();
    await this.db.end();
  }

  private fork(): void {
    const { environment, log } = this.options;
    const env = { ...environmentVariables(environment), ...ALLOCATOR, PERENNIAL_SERVER_PORT: String(this.port) };
    const member: Member = new Member(env, {
      onReady: () => {
        if ([...this.members].filter((m) => m.isReady).length >= this.options.processes) this.tellReady();
      },
      onSegmentClosed: () => {
        this.uploader.kick();
      },
      onAsk: (what) => this.answer(what),
      onStalled: (limitMs) => {
        log.error({ pid: member.pid, limitMs, lost: member.inFlight }, 'a server process has stalled and is killed');
        this.metrics.restarts.inc({ reason: 'stalled' });
      },
      onExit: (how) => {
        this.replace(member, how);
      },
    });
    this.members.add(member);
  }

  private replace(member: Member, how: string): void {
    this.members.delete(member);
    this.uploader.adopt(member.server);
    void this.metrics.retire(member.server);
    if (this.isEnding) return;
    const lived = performance.now() - member.startedAt;
    this.delay = lived > SETTLED_MS ? FIRST_DELAY_MS : Math.min(this.delay * 2, MAX_DELAY_MS);
    this.metrics.restarts.inc({ reason: 'ended' });
    this.metrics.lostRequests.inc(member.inFlight);
    this.options.log.warn({ pid: member.pid, how, lost: member.inFlight, delay: this.delay }, 'a server process ended');
    setTimeout(() => {
      if (!this.isEnding) this.fork();
    }, this.delay);
  }

  private answer(what: 'flush' | 'metrics' | 'status'): Promise<unknown> {
    if (what === 'flush') return this.flush();
    return what === 'metrics' ? this.sumMetrics() : Promise.resolve(this.status());
  }

  /** Everything answered until now is in the artifact store when this resolves. */
  private async flush(): Promise<{ rows: number }> {
    await Promise.all([...this.members].map((member) => member.request('close-segments')));
    return { rows: await this.uploader.uploadNow() };
  }

  private async sumMetrics(): Promise<string> {
    const asked = [...this.members].map(async (member) => {
      this.metrics.take(member.server, await member.request('metrics', METRICS_WITHIN_MS));
    });
    await Promise.all(asked);
    return this.metrics.text();
  }

  private status(): Status {
    return [...this.members].filter((m) => m.isReady).map((m) => ({ pid: m.pid ?? 0, versions: m.versions }));
  }
}

function freePort(host: string): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => {
        done(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

/**
 * Tells Node's cluster how to start a server process: this same program, whose stdout is the supervisor's stderr.
 *
 * Each process accepts its own connections. Under Node's round robin the supervisor accepts and hands them on; one handed
 * to a process that stalls or dies is then never answered nor closed.
 */
export function prepareCluster(program: string): void {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: program, args: [], stdio: ['ignore', 2, 2, 'ipc'] });
}

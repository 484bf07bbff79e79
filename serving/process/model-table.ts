import type { FastifyBaseLogger } from 'fastify';
import type { ArtifactStore } from '../../core/define/context';
import { perennialError } from '../../core/errors';
import type { Db } from '../../store/db';
import { listChampions } from '../../store/models/list-champions';
import type { Champion } from '../../store/models/model-row';
import { readSignature } from '../signature';
import type { Metrics } from './metrics';
import { ServedModel } from './served-model';

const PAGE = 100;

/** What a {@link ModelTable} works with. */
export interface TableParts {
  readonly db: Db;
  readonly artifacts: ArtifactStore;
  readonly log: FastifyBaseLogger;
  readonly metrics: Metrics;
  /** Told before and after a model is loaded, which holds the event loop. */
  readonly onLoading: (isLoading: boolean) => Promise<void>;
}

/** The champions that this process serves. */
export class ModelTable {
  private readonly served = new Map<string, ServedModel>();
  /** Champions that could not be loaded, by model. An older version may go on serving meanwhile. */
  private readonly failed = new Map<string, string>();
  private reading: Promise<void> | null = null;
  private isAskedAgain = false;
  private hasRead = false;

  constructor(private readonly parts: TableParts) {}

  /** True once the champions have been read and each of them, or an older version of it, is loaded. */
  get isReady(): boolean {
    return this.hasRead && this.withoutVersion.length === 0;
  }

  /** Models whose champion could not be loaded and that serve no older version either. */
  get withoutVersion(): string[] {
    return [...this.failed.keys()].filter((model) => !this.served.has(model));
  }

  get hasReadChampions(): boolean {
    return this.hasRead;
  }

  /** Versions served, by model. */
  get versions(): { [model: string]: number } {
    return Object.fromEntries([...this.served].map(([model, { promoted }]) => [model, promoted.version]));
  }

  /** The slowest run of any served model, ms. */
  get slowestMs(): number {
    return Math.max(0, ...[...this.served.values()].map((served) => served.slowestMs));
  }

  /** The served models, by name. */
  list(): readonly ServedModel[] {
    return [...this.served.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, served]) => served);
  }

  /** The served version of a model; null where there is none, for whatever reason. */
  find(model: string): ServedModel | null {
    return this.served.get(model) ?? null;
  }

  /**
   * The served version of a model.
   *
   * @throws PER_SERVE_007 when it has no champion, PER_SERVE_017 when its champion could not be loaded.
   */
  get(model: string): ServedModel {
    const served = this.served.get(model);
    if (served) return served;
    const why = this.failed.get(model);
    if (why !== undefined) throw perennialError('PER_SERVE_017', `${model}: ${why}`);
    if (!this.hasRead) throw perennialError('PER_SERVE_019', 'The champions have not been read yet.');
    throw perennialError('PER_SERVE_007', `No version of '${model.slice(0, 100)}' has been promoted.`);
  }

  /** Reads the champions and loads those that changed. Calls that come meanwhile share one more reading. */
  async refresh(): Promise<void> {
    if (this.reading) {
      this.isAskedAgain = true;
      return this.reading;
    }
    this.reading = this.readUntilQuiet();
    try {
      await this.reading;
    } finally {
      this.reading = null;
    }
  }

  private async readUntilQuiet(): Promise<void> {
    do {
      this.isAskedAgain = false;
      for (let after = ''; ;) {
        const page = await listChampions(this.parts.db, { limit: PAGE, ...(after === '' ? {} : { after }) });
        for (const champion of page) await this.take(champion);
        after = page.at(-1)?.model ?? '';
        if (page.length < PAGE) break;
      }
      this.hasRead = true;
    } while (this.mustReadAgain());
  }

  private mustReadAgain(): boolean {
    return this.isAskedAgain;
  }

  private async take(champion: Champion): Promise<void> {
    const { model, version, seq } = champion;
    const before = this.served.get(model);
    if (before?.promoted.seq === seq) return;
    const { log, metrics } = this.parts;
    try {
      const next = await this.load(champion);
      this.served.set(model, next);
      this.failed.delete(model);
      metrics.serving.set({ model, version }, 1);
      if (before && before.promoted.version !== version)
        metrics.serving.remove({ model, version: before.promoted.version });
      log.info({ model, version, seq, replaced: before?.promoted.version ?? null }, 'serving a champion');
      await before?.retire();
    } catch (error) {
      this.failed.set(model, `version ${version} failed to load.`);
      metrics.loadFailures.inc({ model });
      log.error({ err: error, model, version }, 'a champion could not be loaded');
    }
  }

  private async load(champion: Champion): Promise<ServedModel> {
    const { model, version, seq, recorded_at: promotedAt } = champion;
    const signature = readSignature(champion.signature);
    const bytes = await this.parts.artifacts.read(champion.artifact);
    await this.parts.onLoading(true);
    try {
      return await ServedModel.load({ model, version, seq, promotedAt, signature }, bytes);
    } finally {
      await this.parts.onLoading(false);
    }
  }
}

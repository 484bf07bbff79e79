import { Client } from 'pg';

/** What a {@link listenTo} tells. */
export interface Listener {
  /**
   * Something may have changed: a notification came, or the connection is new and one may have been missed.
   *
   * @param said what the notification says; null: there was none
   */
  readonly onHint: (said: string | null) => void;
  readonly onError: (error: unknown) => void;
}

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 5_000;

/** Listens for promotions. @returns a function that ends it. */
export function listenForChampions(url: string, listener: Listener): () => Promise<void> {
  return listenTo(url, 'perennial_champion', listener);
}

/**
 * Listens for notifications on a connection of its own, and connects again for as long as it takes. A notification is a
 * hint: what is said meanwhile is lost, so every new connection is a hint too.
 *
 * @returns a function that ends it.
 */
export function listenTo(url: string, channel: string, listener: Listener): () => Promise<void> {
  let isEnded = false;
  let client: Client | null = null;
  let timer: NodeJS.Timeout | null = null;
  let delay = FIRST_DELAY_MS;

  const again = (): void => {
    client = null;
    if (isEnded || timer) return;
    timer = setTimeout(() => {
      timer = null;
      void connect();
    }, delay);
    delay = Math.min(delay * 2, MAX_DELAY_MS);
  };

  const connect = async (): Promise<void> => {
    const next = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true });
    client = next;
    next.on('error', listener.onError);
    next.on('end', again);
    next.on('notification', ({ payload }) => {
      listener.onHint(payload ?? null);
    });
    try {
      await next.connect();
      await next.query(`LISTEN ${next.escapeIdentifier(channel)}`);
      delay = FIRST_DELAY_MS;
      listener.onHint(null);
    } catch (error) {
      listener.onError(error);
      await next.end().catch(() => undefined);
      again();
    }
  };

  void connect();
  return async () => {
    isEnded = true;
    if (timer) clearTimeout(timer);
    await client?.end().catch(() => undefined);
  };
}

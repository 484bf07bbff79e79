import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { perennialError } from '../../../core/errors';
import { stalled } from '../growing-file';
import { checkedLookup, checkLiteral, type Resolve } from './addresses';

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** How requests are made. */
export interface Asking {
  /** Hosts that may lie inside, as the URL has them. */
  readonly allowed: readonly string[];
  /** Sent to the first origin alone: they may hold a key. */
  readonly secretHeaders: Readonly<Record<string, string>>;
  readonly redirects: number;
  /** Longest wait for the next byte, ms. */
  readonly stall: number;
  readonly signal: AbortSignal;
  /** Default: the system's. */
  readonly resolve?: Resolve;
}

/** A URL without what may be secret: its query. */
export function nameOf(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/**
 * Asks for a URL and follows where it leads, each place checked anew.
 *
 * @returns the answer, its body unread; whoever takes it reads or destroys it
 * @throws PER_DATA_030 PER_DATA_033 PER_DATA_035, and errors of the connection
 */
export async function ask(
  first: URL,
  headers: Readonly<Record<string, string>>,
  asking: Asking,
): Promise<IncomingMessage> {
  let url = first;
  for (let hops = 0; ; hops += 1) {
    const secrets = url.origin === first.origin ? asking.secretHeaders : {};
    const answer = await askOnce(url, { ...headers, ...secrets }, asking);
    const { location } = answer.headers;
    if (!REDIRECTS.includes(answer.statusCode ?? 0) || location === undefined) return answer;
    answer.destroy();
    if (hops >= asking.redirects) {
      throw perennialError('PER_DATA_033', `${nameOf(first)} leads on more than ${asking.redirects} times.`);
    }
    url = nextPlace(location, url, first);
  }
}

/** Where a redirect leads.
 *
 * @throws PER_DATA_033
 */
export function nextPlace(location: string, from: URL, first: URL): URL {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (next === null || !['http:', 'https:'].includes(next.protocol)) {
    throw perennialError('PER_DATA_033', `${nameOf(first)} leads to what is no HTTP address.`);
  }
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    throw perennialError('PER_DATA_033', `${nameOf(first)} leads from HTTPS to plain HTTP.`);
  }
  next.username = '';
  next.password = '';
  return next;
}

function askOnce(url: URL, headers: Readonly<Record<string, string>>, asking: Asking): Promise<IncomingMessage> {
  checkLiteral(url, asking.allowed);
  const { signal, stall } = asking;
  const request = url.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const lookup = checkedLookup(asking.allowed, asking.resolve);
    // A connection of its own, used once: one that is kept could belong to an address checked for another name.
    const asked = request(url, { agent: false, headers, lookup, signal });
    const timer = setTimeout(() => asked.destroy(stalled(nameOf(url), stall)), stall);
    asked.once('response', (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    asked.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    asked.end();
  });
}

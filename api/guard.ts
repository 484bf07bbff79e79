import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { perennialError } from '../core/errors';

/** What the guard is told. */
export interface GuardOptions {
  /** Address that the server binds to. */
  readonly host: string;
  /** The bearer token; null only on loopback. */
  readonly token: string | null;
}

/** What the guard looks at of a request. */
export interface GuardedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly routeOptions: { readonly url?: string | undefined };
}

/** The route of a sensor's events. */
export const EVENT_ROUTE = '/v1/sensors/:pipeline/:sensor';

/**
 * Routes that answer without a token: they tell a load balancer whether to come here, and nothing else; or each request is signed,
 * by a sender who has no token.
 */
const OPEN_ROUTES = new Set(['/healthz', '/readyz', EVENT_ROUTE]);

/** True for an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The one place that decides whether a request may go on: every route passes it, also one added tomorrow.
 *
 * On loopback the Host header must name this machine, so that a web page whose name was rebound to 127.0.0.1 gets
 * nothing; an Origin, where a browser sends one, must be the server itself, so that a page elsewhere cannot change
 * state here.
 *
 * @throws PER_SERVE_015 at once, when it would bind off loopback without a token.
 */
export function guard(options: GuardOptions): (request: GuardedRequest) => void {
  const { host, token } = options;
  if (token === null && !isLoopback(host))
    throw perennialError('PER_SERVE_015', `It would listen on ${host} without a token.`);
  const expected = token === null ? null : digest(token);
  return (request) => {
    if (isLoopback(host)) checkHost(request);
    checkOrigin(request);
    if (expected === null || OPEN_ROUTES.has(request.routeOptions.url ?? '')) return;
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given === undefined || !timingSafeEqual(digest(given), expected))
      throw perennialError(
        'PER_SERVE_005',
        given === undefined ? 'No bearer token was sent.' : 'The bearer token is wrong.',
      );
  };
}

function checkHost(request: GuardedRequest): void {
  const name = hostOf(`http://${request.headers.host ?? ''}`);
  if (name === null || !isLoopback(name))
    throw perennialError('PER_SERVE_006', 'The Host header names another machine.');
}

function checkOrigin(request: GuardedRequest): void {
  const { origin, host } = request.headers;
  if (origin === undefined) return;
  if (!URL.canParse(origin) || new URL(origin).host !== host)
    throw perennialError('PER_SERVE_006', 'The Origin header names another site.');
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : null;
}

/** Equal lengths for the comparison, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

import { randomUUID } from 'node:crypto';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { perennialError } from '../core/errors';
import { answerError } from './answer-error';
import { guard, type GuardOptions } from './guard';

/** Largest request body. */
export const BODY_LIMIT = 1_048_576;

/** What an application needs to be told. */
export interface ApplicationOptions extends GuardOptions {
  readonly log: FastifyBaseLogger;
}

/**
 * The Fastify application that serving and the dashboard share: bodies in JSON only and at most 1 MiB, every request
 * past one guard, every error answered as `{ error: { code, message } }`.
 *
 * @throws PER_SERVE_015 when it would be reachable from elsewhere without a token.
 */
export function createApplication(options: ApplicationOptions): FastifyInstance {
  const admit = guard(options);
  const app = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    genReqId: () => randomUUID(),
    // A client that sends its request slower than this is cut off.
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    routerOptions: { maxParamLength: 200 },
    return503OnClosing: true,
  });
  // Plain text is what a page of another site may send unasked.
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store');
    admit(request);
    done();
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request) => {
    throw perennialError('PER_SERVE_004', `${request.method} ${request.url.slice(0, 200)} is not served here.`);
  });
  return app;
}

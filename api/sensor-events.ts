import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { RunnablePipeline } from '../client/runnable';
import { runOf } from '../client/sensed-run';
import type { EventSensor } from '../core';
import { perennialError } from '../core/errors';
import { canonicalJson, type Json, jsonOf } from '../core/plan/json';
import { whyNotStorable } from '../core/plan/storable';
import { configOfSeen } from '../core/expr/config-of-seen';
import { sensorText } from '../core/sensors/sensor';
import { transaction } from '../store/db';
import { findSensorEvent } from '../store/sensors/find-event';
import { recordSeen } from '../store/sensors/record-seen';
import { checkSignature } from './event-signature';
import { EVENT_ROUTE } from './guard';

/** A sensor whose events are taken here. */
export interface HeardSensor {
  readonly pipeline: RunnablePipeline;
  readonly sensor: Pick<EventSensor, 'name' | 'payload' | 'id' | 'config'>;
  /** What its senders sign with. */
  readonly secret: string;
}

/** Characters of an event's id. */
const LONGEST_ID = 200;

const Place = z.object({ pipeline: z.string(), sensor: z.string() });
const Headers = z.object({
  'perennial-timestamp': z.string().optional(),
  'perennial-signature': z.string().optional(),
});

/**
 * POST /v1/sensors/:pipeline/:sensor: an event from outside, signed, that starts a run. 202 says that it is new and written down with
 * its run, 200 that it was before; the run's id is the same. Any other method is answered 405.
 *
 * @param sensors those of the project
 */
export function serveSensorEvents(
  app: FastifyInstance,
  { db, sensors, now = Date.now }: { db: Pool; sensors: readonly HeardSensor[]; now?: () => number },
): void {
  void app.register((inner, _options, done) => {
    // What is signed are the bytes: they are compared before anybody reads them.
    inner.removeAllContentTypeParsers();
    inner.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    // Said before a body is read: whoever tries the address in a browser is told how it is meant.
    inner.route({
      method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'],
      url: EVENT_ROUTE,
      onRequest(request, reply) {
        void reply.header('allow', 'POST');
        throw perennialError(
          'PER_RUN_199',
          `${request.method} ${request.url.slice(0, 200)}: an event is sent by POST.`,
        );
      },
      handler: () => null,
    });
    inner.post(EVENT_ROUTE, async (request, reply) => {
      const { pipeline, sensor } = Place.parse(request.params);
      const heard = sensors.find((one) => one.pipeline.name === pipeline && one.sensor.name === sensor);
      if (!heard)
        throw perennialError('PER_RUN_190', `There is no sensor of events '${sensor}' of '${pipeline}' here.`);
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { 'perennial-timestamp': timestamp, 'perennial-signature': signature } = Headers.parse(request.headers);
      checkSignature(heard.secret, { timestamp, signature, body }, now());
      const { run, event, isNew } = await take(db, heard, body);
      return reply.code(isNew ? 202 : 200).send({ run, event, new: isNew });
    });
    done();
  });
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw perennialError('PER_SERVE_002', 'What was signed is no JSON.');
  }
}

interface Taken {
  readonly run: string;
  readonly event: string;
  readonly isNew: boolean;
}

async function take(db: Pool, { pipeline, sensor }: HeardSensor, body: Buffer): Promise<Taken> {
  const payload = await readPayload(sensor.payload, readJson(body));
  const event = configOfSeen(sensor.id, payload);
  if (typeof event !== 'string' || event.trim() === '' || event.length > LONGEST_ID) {
    throw perennialError('PER_SERVE_001', `The id of the event is no text of 1 to ${LONGEST_ID} characters.`);
  }
  const key = { pipeline: pipeline.name, sensor: sensor.name };
  // Whoever sent it is there to be told what is wrong with it: that is not written down.
  const starts = runOf(pipeline, sensor, { event, payload, why: `the event ${event}, by ${sensorText(key)}` });
  const sent = createHash('sha256').update(body).digest('hex');
  const fresh = await transaction(db, (tx) => recordSeen(tx, key, [{ event, payload, sent, starts }]));
  if (fresh.has(event)) return { run: starts.run, event, isNew: true };
  const before = await findSensorEvent(db, { ...key, event });
  // The same bytes are the same event, though a schema that has changed reads them otherwise; so is the same written in another way.
  if (before !== null && (before.sent === sent || canonicalJson(before.payload) === canonicalJson(payload))) {
    return { run: before.run ?? starts.run, event, isNew: false };
  }
  throw perennialError('PER_RUN_191', `The event '${event}' came before, with another payload.`);
}

async function readPayload(schema: z.ZodType, given: unknown): Promise<Json> {
  const parsed = await schema.safeParseAsync(given);
  // As an error of the engine's own zod: the project may have another.
  if (!parsed.success) throw new z.ZodError(parsed.error.issues);
  const fault = whyNotStorable(parsed.data);
  if (fault !== null) throw perennialError('PER_SERVE_001', `The payload ${fault}.`);
  return jsonOf(parsed.data);
}

// What the test of sensors starts in real workers.
import { z } from 'zod';
import { defineConfig, onEvent, onFiles, onRows, pipeline, resource, secret } from '../../../../core';

const config = z.object({ name: z.string(), ids: z.array(z.string()).default([]) });
const key = resource('hook', secret(z.string()));
const orders = resource('orders', z.object({ url: secret(z.string()) }));

const load = pipeline('load', {
  config,
  on: [
    // The test's own folder.
    onFiles('arrivals', {
      in: process.env['SENSED_FOLDER'] ?? 'incoming',
      match: '*.csv',
      settled: '50ms',
      every: '100ms',
      config: (file) => ({ name: file.name }),
    }),
    onRows('orders', {
      from: orders,
      query: 'SELECT id, at FROM orders',
      watermark: 'at',
      id: 'id',
      every: '100ms',
      config: (rows) => ({ name: rows.to, ids: rows.ids }),
    }),
    onEvent('shipped', {
      secret: key,
      payload: z.object({ id: z.string(), order: z.int() }),
      id: (event) => event.id,
      config: (event) => ({ name: event.id }),
    }),
  ],
  graph: (_g, given) => ({ name: given.name, ids: given.ids }),
});

export default defineConfig({ pipelines: [load], models: [], steps: {} });

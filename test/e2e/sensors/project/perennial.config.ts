// What the test of sensors starts in real workers.
import { z } from 'zod';
import { defineConfig, onEvent, onFiles, onRows, pipeline, resource, secret } from '../../../../core';

const config = z.object({ name: z.string(), ids: z.array(z.string()).default([]) });
const key = resource('hook', secret(z.string()));
const orders = resource('orders', z.object({ url: secret(z.string()) }));
const folder = resource('folder', z.string());

const load = pipeline('load', {
  config,
  on: [
    // The folder is the test's: it is named from the project's, by what its environment says.
    onFiles('arrivals', {
      in: process.env['SENSED_FOLDER'] ?? folder.name,
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

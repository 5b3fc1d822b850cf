// graphile-worker: woken by NOTIFY, a job at a time for each of its workers. What it shares with the other peers in JavaScript is in ../node.
import { createRequire } from 'node:module';
import { run, server } from './program.mjs';

const require = createRequire(import.meta.url);
const { Logger, makeWorkerUtils, run: work } = require('graphile-worker');
const { Pool } = require('pg');

const WORKERS = 16;
const CONNECTIONS = 64;

const logger = new Logger(() => (level, message) => {
  if (level === 'error') {
    console.error(message);
  }
});

run(async ({ listenTo, receive }) => {
  const pgPool = new Pool({ ...server, max: CONNECTIONS });
  pgPool.on('error', error => console.error(error));
  await pgPool.query('drop schema if exists graphile_worker cascade');
  const utils = await makeWorkerUtils({ pgPool, logger });
  await utils.migrate();
  const runner = listenTo.length === 0 ? undefined : await work({
    pgPool,
    logger,
    concurrency: WORKERS,
    noHandleSignals: true,
    taskList: Object.fromEntries(listenTo.map(channel => [channel, async job => receive(job.payload)])),
  });
  return {
    send: (channel, payload) => utils.addJob(channel, { payload }),
    makeBacklog: (channels, payloads) => pgPool.query(
      'select graphile_worker.add_job(c, json_build_object(\'payload\', p)) from unnest($1::text[], $2::text[]) as t(c, p)',
      [payloads.map((_, i) => channels[i % channels.length]), payloads]),
    close: async () => {
      await runner?.stop();
      await utils.release();
      await pgPool.end();
    },
  };
});

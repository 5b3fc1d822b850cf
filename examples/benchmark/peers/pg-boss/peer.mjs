// pg-boss: jobs that are fetched in batches. What it shares with the other peers in JavaScript is in ../node.
import { createRequire } from 'node:module';
import { run, server } from './program.mjs';

const require = createRequire(import.meta.url);
const boss = require('pg-boss');
const PgBoss = boss.default ?? boss.PgBoss ?? boss;
const { Client } = require('pg');

const BATCH = 1000;
// work() looks every 0.5 s at most; with fetch() a program may look as often as the other peers that poll.
const POLL_MILLIS = 20;
const CONNECTIONS = 64;

async function drop() {
  const client = new Client(server);
  await client.connect();
  await client.query('drop schema if exists pgboss cascade');
  await client.end();
}

run(async ({ listenTo, sendTo, receive }) => {
  await drop();
  const queue = new PgBoss({ ...server, max: CONNECTIONS, supervise: false, schedule: false });
  queue.on('error', error => console.error(error));
  await queue.start();
  for (const channel of new Set([...listenTo, ...sendTo])) {
    await queue.createQueue(channel);
  }
  let closing = false;
  const read = async channel => {
    while (!closing) {
      const jobs = await queue.fetch(channel, { batchSize: BATCH });
      if (jobs.length === 0) {
        await new Promise(resolve => setTimeout(resolve, POLL_MILLIS));
        continue;
      }
      jobs.forEach(job => receive(job.data.payload));
      await queue.complete(channel, jobs.map(job => job.id));
    }
  };
  const readers = listenTo.map(channel => read(channel).catch(error => console.error(error)));
  return {
    send: (channel, payload) => queue.send(channel, { payload }),
    makeBacklog: (channels, payloads) => queue.insert(payloads.map((payload, i) => ({ name: channels[i % channels.length], data: { payload } }))),
    close: async () => {
      closing = true;
      await Promise.all(readers);
      await queue.stop({ graceful: false, close: true, wait: true });
    },
  };
});

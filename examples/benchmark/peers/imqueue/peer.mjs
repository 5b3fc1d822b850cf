// The peer for @imqueue/pg-pubsub. It implements the protocol of the peers in Java, described in ../../kit, package-info.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';

const require = createRequire(import.meta.url);
const { PgPubSub } = require('@imqueue/pg-pubsub');
const hdr = require('hdr-histogram-js');

const IN_FLIGHT = 8192;
const LONGEST_NANOS = 60e9;
const DRAIN_MILLIS = 10_000;
const PATIENCE = 3;
const TIMER_MILLIS = 2;
const NO_TIME = '0'.repeat(16);

const environment = process.env;
const nanoTime = () => process.hrtime.bigint();
const cpuNanos = () => { const { user, system } = process.cpuUsage(); return (user + system) * 1000; };
const turn = () => new Promise(resolve => setImmediate(resolve));
const channels = count => Array.from({ length: Number(count) }, (_, i) => `bench_${i}`);

let link;
let listened;
let sendTo;
let receive = () => {};
let inbox;
let number = 0;

// The library encodes payloads as JSON, which adds the two quotes of the other peers' payloads.
const payload = (stamp, size) => (stamp + (number++).toString(16).padStart(16, '0')).padEnd(size - 2, 'x');

async function open({ listen, send }) {
  await close();
  listened = channels(listen);
  sendTo = channels(send);
  link = new PgPubSub({
    host: environment.PGHOST,
    port: Number(environment.PGPORT),
    database: environment.PGDATABASE,
    user: environment.PGUSER,
    password: environment.PGPASSWORD,
    singleListener: false,
  }, { log() {}, info() {}, debug() {}, warn: console.error, error: console.error });
  link.on('error', error => console.error(error));
  link.on('message', (channel, message) => receive(message));
  await link.connect();
  for (const channel of listened) {
    await link.listen(channel);
  }
  return {};
}

async function close() {
  const closing = link;
  link = undefined;
  if (closing) {
    await closing.destroy();
  }
  return {};
}

const sendOne = (stamp, size, channel = sendTo[number % sendTo.length]) => link.notify(channel, payload(stamp, size));

async function send({ senders, millis, size }) {
  await sendOne(NO_TIME, size);
  const cpu = cpuNanos();
  const start = nanoTime();
  const end = performance.now() + Number(millis);
  // Asynchronous sending allows IN_FLIGHT uncommitted messages: the same as IN_FLIGHT blocking senders.
  const chains = Number(senders) || IN_FLIGHT;
  let sent = 0;
  await Promise.all(Array.from({ length: chains }, async () => {
    while (performance.now() < end) {
      await sendOne(NO_TIME, size);
      sent++;
    }
  }));
  return { sent, nanos: nanoTime() - start, cpu: cpuNanos() - cpu };
}

function expect({ count }) {
  const expected = Number(count);
  let received = 0;
  const cpu = cpuNanos();
  const complete = new Promise(resolve => {
    receive = () => {
      if (++received === expected) {
        resolve({ received, last: nanoTime(), cpu: cpuNanos() - cpu });
      }
    };
  });
  inbox = { complete, missing: () => `${received} of ${expected} messages arrived` };
  return {};
}

async function awaitBacklog({ millis }) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${inbox.missing()} within ${millis / 1000} s`)), Number(millis));
  });
  try {
    return await Promise.race([inbox.complete, late]);
  } finally {
    clearTimeout(timer);
  }
}

// Timers have a resolution of milliseconds, so the rest of the wait yields to the event loop.
async function pause(due) {
  for (let left = Number(due - nanoTime()) / 1e6; left > 0; left = Number(due - nanoTime()) / 1e6) {
    await (left > TIMER_MILLIS ? new Promise(resolve => setTimeout(resolve, left - TIMER_MILLIS)) : turn());
  }
}

async function latency({ rate, senders, millis, size }) {
  const histogram = hdr.build({ bitBucketSize: 64, highestTrackableValue: LONGEST_NANOS, numberOfSignificantValueDigits: 3 });
  let sent = 0;
  let received = 0;
  let firstReceived = 0;
  receive = message => {
    const stamp = message.slice(0, 16);
    if (stamp === NO_TIME) {
      firstReceived++;
    } else {
      histogram.recordValue(Math.max(0, Math.min(LONGEST_NANOS, Number(nanoTime() - BigInt(`0x${stamp}`)))));
      received++;
    }
  };
  const arrived = async (count, expected) => {
    const end = performance.now() + DRAIN_MILLIS;
    while (count() < expected) {
      if (performance.now() > end) {
        throw new Error(`${count()} of ${expected} messages arrived`);
      }
      await turn();
    }
  };
  await sendOne(NO_TIME, size, sendTo[0]);
  await arrived(() => firstReceived, 1);
  const between = 1e9 / rate;
  const messages = Math.max(1, Math.floor(rate * millis / 1000 / senders));
  const start = nanoTime();
  const latest = start + BigInt(PATIENCE * millis * 1e6);
  await Promise.all(Array.from({ length: Number(senders) }, async (_, sender) => {
    for (let i = 0; i < messages && nanoTime() < latest; i++) {
      const due = start + BigInt(Math.floor((i * senders + sender) * between));
      await pause(due);
      await sendOne(due.toString(16).padStart(16, '0'), size, sendTo[0]);
      sent++;
    }
  }));
  await arrived(() => received, sent);
  return { sent, received, histogram: hdr.encodeIntoCompressedBase64(histogram) };
}

function memory() {
  global.gc();
  return { heap: process.memoryUsage().heapUsed, threads: 1 };
}

const words = { open, close, send, expect, await: awaitBacklog, latency, memory, cpu: () => ({ cpu: cpuNanos() }) };

async function answer(order) {
  const [word, ...parts] = order.trim().split(' ');
  const values = Object.fromEntries(parts.map(part => part.split('=')).map(([name, value]) => [name, decodeURIComponent(value)]));
  if (!words[word]) {
    return ['cannot', { reason: `it does not know '${word}'` }];
  }
  try {
    return ['ok', await words[word](values)];
  } catch (error) {
    console.error(error);
    await close().catch(console.error);
    return ['failed', { reason: error.message }];
  }
}

const orders = createInterface({ input: process.stdin });
// The harness and the server are gone.
orders.on('close', () => process.exit(0));
for await (const order of orders) {
  const [word, values] = await answer(order);
  process.stdout.write([word, ...Object.entries(values).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)].join(' ') + '\n');
}

// What the peers in JavaScript share: the protocol that the peers in Java speak; see ../../kit, package-info.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';

const require = createRequire(import.meta.url);
const hdr = require('hdr-histogram-js');

const IN_FLIGHT = 8192;
const LONGEST_NANOS = 60e9;
const DRAIN_MILLIS = 10_000;
const PATIENCE = 3;
const TIMER_MILLIS = 2;
const NO_TIME = '0'.repeat(16);
const STAMPED = '1'.padStart(16, '0');

const environment = process.env;
const nanoTime = () => process.hrtime.bigint();
const cpuNanos = () => { const { user, system } = process.cpuUsage(); return (user + system) * 1000; };
const turn = () => new Promise(resolve => setImmediate(resolve));
const channels = count => Array.from({ length: Number(count) }, (_, i) => `bench_${i}`);

/** Where the server is, as node-postgres wants it. */
export const server = {
  host: environment.PGHOST,
  port: Number(environment.PGPORT),
  database: environment.PGDATABASE,
  user: environment.PGUSER,
  password: environment.PGPASSWORD,
};

let peer;
let link;
let listened;
let sendTo;
let receive = () => {};
let inbox;
let number = 0;

// The libraries write JSON, which adds the two quotes that the other peers' payloads have.
const payload = (stamp, size) => (stamp + (number++).toString(16).padStart(16, '0')).padEnd(size - 2, 'x');

async function open({ listen, send }) {
  await close();
  listened = channels(listen);
  sendTo = channels(send);
  link = await peer({ listenTo: listened, sendTo, receive: message => receive(message) });
  return {};
}

async function close() {
  const closing = link;
  link = undefined;
  if (closing) {
    await closing.close();
  }
  return {};
}

const sendOne = (stamp, size, channel = sendTo[number % sendTo.length]) => link.send(channel, payload(stamp, size));

async function send({ senders, millis, size }) {
  await sendOne(NO_TIME, size);
  const cpu = cpuNanos();
  const start = nanoTime();
  const end = performance.now() + Number(millis);
  // Without waiting, so many may be under way; it is as if so many waited.
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

// Timers here are good for milliseconds; the rest is waited for by giving way to the event loop.
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

async function backlog({ count, size }) {
  if (!link.makeBacklog) {
    return undefined;
  }
  const payloads = Array.from({ length: Number(count) }, () => payload(NO_TIME, size));
  await link.makeBacklog(listened, payloads);
  return { committed: nanoTime() };
}

async function flow({ count, senders, millis, size }) {
  const expected = Number(count);
  let received = 0;
  let last;
  let first;
  const begun = new Promise(resolve => { first = resolve; });
  let all;
  const complete = new Promise(resolve => { all = resolve; });
  receive = message => {
    if (message.slice(0, 16) === NO_TIME) {
      first();
    } else if (++received === expected) {
      last = nanoTime();
      all();
    }
  };
  const within = promise => {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${received} of ${expected} messages arrived`)), Number(millis));
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  };
  await sendOne(NO_TIME, size, sendTo[0]);
  await within(begun);
  const cpu = cpuNanos();
  const start = nanoTime();
  let next = 0;
  await Promise.all(Array.from({ length: Number(senders) || IN_FLIGHT }, async () => {
    while (next < expected) {
      next++;
      await sendOne(STAMPED, size, sendTo[0]);
    }
  }));
  await within(complete);
  return { received, nanos: last - start, cpu: cpuNanos() - cpu };
}

function memory() {
  global.gc();
  return { heap: process.memoryUsage().heapUsed, threads: 1 };
}

const words = {
  open, close, send, expect, await: awaitBacklog, backlog, flow, latency, memory, cpu: () => ({ cpu: cpuNanos() }),
};

async function answer(order) {
  const [word, ...parts] = order.trim().split(' ');
  const values = Object.fromEntries(parts.map(part => part.split('=')).map(([name, value]) => [name, decodeURIComponent(value)]));
  if (!words[word]) {
    return ['cannot', { reason: `it does not know '${word}'` }];
  }
  try {
    const result = await words[word](values);
    return result ? ['ok', result] : ['cannot', { reason: 'plain SQL reaches it' }];
  } catch (error) {
    console.error(error);
    await close().catch(console.error);
    return ['failed', { reason: error.message }];
  }
}

/**
 * Serves until standard input ends.
 *
 * @param opening opens what it takes to listen to some channels and to send to some, and resolves to
 *   { send(channel, payload), close() } and, for a peer that plain SQL can't reach, makeBacklog(channels, payloads)
 */
export async function run(opening) {
  peer = opening;
  const orders = createInterface({ input: process.stdin });
  // The harness has gone, and the server with it.
  orders.on('close', () => process.exit(0));
  for await (const order of orders) {
    const [word, values] = await answer(order);
    process.stdout.write([word, ...Object.entries(values).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)].join(' ') + '\n');
  }
}

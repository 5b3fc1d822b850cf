// The peer for @imqueue/pg-pubsub. ../node has what it shares with the other peers in JavaScript.
import { createRequire } from 'node:module';
import { run, server } from './program.mjs';

const { PgPubSub } = createRequire(import.meta.url)('@imqueue/pg-pubsub');

run(async ({ listenTo, receive }) => {
  const pubSub = new PgPubSub({ ...server, singleListener: false },
    { log() {}, info() {}, debug() {}, warn: console.error, error: console.error });
  pubSub.on('error', error => console.error(error));
  pubSub.on('message', (channel, message) => receive(message));
  await pubSub.connect();
  for (const channel of listenTo) {
    await pubSub.listen(channel);
  }
  return {
    send: (channel, payload) => pubSub.notify(channel, payload),
    close: () => pubSub.destroy(),
  };
});

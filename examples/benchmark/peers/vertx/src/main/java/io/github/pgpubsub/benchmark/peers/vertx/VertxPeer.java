package io.github.pgpubsub.benchmark.peers.vertx;

import io.github.pgpubsub.benchmark.kit.Link;
import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Server;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.pubsub.PgSubscriber;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The peer for Vert.x: PgSubscriber listens; a pipelining client with a pool of the default size sends. */
public final class VertxPeer {

    private static final long LONGEST_SECONDS = 30;

    private VertxPeer() {}

    public static void main(String... arguments) throws IOException {
        Program.run(VertxPeer::open);
    }

    private static Link open(Server server, List<String> listenTo, List<String> sendTo, Consumer<String> receiver)
            throws Exception {
        Vertx vertx = Vertx.vertx();
        PgConnectOptions options = new PgConnectOptions()
                .setHost(server.host()).setPort(server.port()).setDatabase(server.database())
                .setUser(server.user()).setPassword(server.password()).setCachePreparedStatements(true);
        PgSubscriber subscriber = PgSubscriber.subscriber(vertx, options);
        try {
            if (!listenTo.isEmpty()) {
                for (String channel : listenTo) {
                    CompletableFuture<Void> listening = new CompletableFuture<>();
                    subscriber.channel(channel).subscribeHandler(x -> listening.complete(null)).handler(receiver::accept);
                    if (channel.equals(listenTo.get(0))) {
                        await(subscriber.connect());
                    }
                    listening.get(LONGEST_SECONDS, TimeUnit.SECONDS);
                }
            }
            SqlClient client = PgBuilder.client().with(new PoolOptions()).connectingTo(options).using(vertx).build();
            return new VertxLink(vertx, subscriber, client);
        } catch (Exception e) {
            await(vertx.close());
            throw e;
        }
    }

    private static void await(Future<?> future) throws Exception {
        try {
            future.toCompletionStage().toCompletableFuture().get(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("no answer within %d s".formatted(LONGEST_SECONDS), e);
        }
    }

    private record VertxLink(Vertx vertx, PgSubscriber subscriber, SqlClient client) implements Link {

        @Override
        public void send(String channel, String payload) throws Exception {
            await(notify(channel, payload));
        }

        @Override
        public void sendAsync(String channel, String payload, Consumer<Throwable> done) {
            notify(channel, payload).onComplete(sent -> done.accept(sent.cause()));
        }

        private Future<?> notify(String channel, String payload) {
            return client.preparedQuery("select pg_notify($1, $2)").execute(Tuple.of(channel, payload));
        }

        @Override
        public void close() throws Exception {
            await(subscriber.close());
            await(client.close());
            await(vertx.close());
        }
    }
}

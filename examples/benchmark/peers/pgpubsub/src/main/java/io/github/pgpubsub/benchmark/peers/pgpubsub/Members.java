package io.github.pgpubsub.benchmark.peers.pgpubsub;

import io.github.pgpubsub.benchmark.kit.Link;
import io.github.pgpubsub.benchmark.kit.Peer;
import io.github.pgpubsub.benchmark.kit.Server;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Several members of the same groups: each a peer of its own, with sessions of its own. The first one also sends. */
final class Members implements Peer {

    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_MILLIS = 20;

    private final int members;
    private final Peer member;

    Members(int members, Peer member) {
        this.members = members;
        this.member = member;
    }

    @Override
    public Link open(Server server, List<String> listenTo, List<String> sendTo, Consumer<String> receiver) throws Exception {
        List<Link> links = new ArrayList<>();
        try {
            for (int i = 0; i < members; i++) {
                links.add(member.open(server, listenTo, i == 0 ? sendTo : List.of(), receiver));
            }
            if (!listenTo.isEmpty()) {
                awaitShares(server);
            }
        } catch (Exception e) {
            closeAll(links);
            throw e;
        }
        return new Together(links);
    }

    /** Until each has its share: what a group receives before is another question. */
    private void awaitShares(Server server) throws SQLException, InterruptedException {
        long end = System.nanoTime() + LONGEST_NANOS;
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                PreparedStatement ask = connection
                        .prepareStatement("select count(distinct leader) = ? and bool_and(leader is not null)"
                                + " from pgpubsub.subscriber")) {
            ask.setInt(1, members);
            while (!answer(ask)) {
                if (System.nanoTime() - end > 0) {
                    throw new IllegalStateException("The members do not share");
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    private static boolean answer(PreparedStatement ask) throws SQLException {
        try (ResultSet row = ask.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static void closeAll(List<Link> links) throws Exception {
        for (Link each : links) {
            each.close();
        }
    }

    private record Together(List<Link> links) implements Link {

        @Override
        public void send(String channel, String payload) throws Exception {
            links.get(0).send(channel, payload);
        }

        @Override
        public void sendAsync(String channel, String payload, Consumer<Throwable> done) throws Exception {
            links.get(0).sendAsync(channel, payload, done);
        }

        @Override
        public void makeBacklog(List<String> channels, int count, int size) throws Exception {
            links.get(0).makeBacklog(channels, count, size);
        }

        @Override
        public void close() throws Exception {
            closeAll(links);
        }
    }
}

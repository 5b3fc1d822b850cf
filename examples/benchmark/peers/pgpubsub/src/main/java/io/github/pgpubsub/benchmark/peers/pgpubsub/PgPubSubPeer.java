package io.github.pgpubsub.benchmark.peers.pgpubsub;

import io.github.pgpubsub.benchmark.kit.Backlogs;
import io.github.pgpubsub.benchmark.kit.Peer;
import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Server;
import io.github.pgpubsub.benchmark.peers.camel.CamelPeer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.camel.Exchange;

/**
 * The peer for this component. Its argument: {@code one}, one consumer of a channel receives; {@code all}, all do, as with other peers;
 * {@code kept}, messages are kept, with all defaults. {@code -batches} has 100 messages to an exchange, {@code -shards-N} so many shards
 * and consumers, and {@code -members-N} so many members of a group with four shards, whose route takes a millisecond for a message.
 */
public final class PgPubSubPeer {

    private static final String MEMBERS = "members-";

    private PgPubSubPeer() {}

    public static void main(String... arguments) throws IOException {
        String[] words = arguments[0].split("-", 2);
        String how = words.length == 1 ? "" : words[1];
        String listening = switch (words[0]) {
            case "one" -> "&singleListener=true";
            case "all" -> "&singleListener=false";
            case "kept" -> "&durable=true";
            default -> throw new IllegalArgumentException("the argument must begin with one, all or kept: " + arguments[0]);
        };
        String sending = words[0].equals("kept") ? listening : "";
        String receiving = listening + (how.equals("batches") ? "&batching=true&batchSize=100"
                : how.startsWith("shards-") ? "&shards=%1$s&concurrentConsumers=%1$s".formatted(how.substring("shards-".length()))
                        : how.startsWith(MEMBERS) ? "&shards=4" : "");
        int members = how.startsWith(MEMBERS) ? Integer.parseInt(how.substring(MEMBERS.length())) : 0;
        Peer peer = new CamelPeer((server, channel) -> uri(server, channel) + receiving,
                (server, channel) -> uri(server, channel) + sending, new CamelPeer.Extras() {

                    @Override
                    public void receive(Exchange exchange, Consumer<String> receiver) throws InterruptedException {
                        if (members > 0) {
                            // A slow route is the point of the measure.
                            Thread.sleep(1);
                        }
                        if (exchange.getMessage().getBody() instanceof List<?> batch) {
                            batch.forEach(each -> receiver.accept(payload((Exchange) each)));
                        } else {
                            receiver.accept(payload(exchange));
                        }
                    }

                    @Override
                    public void makeBacklog(Server server, List<String> channels, int count, int size) throws SQLException {
                        Backlogs.insert(server, "pgpubsub.message", channels, count, size);
                    }
                });
        Program.run(members > 0 ? new Members(members, peer) : peer);
    }

    private static String uri(Server server, String channel) {
        return "pgpubsub:%s?url=%s&user=%s&password=RAW(%s)".formatted(channel, server.jdbcUrl(), server.user(),
                server.password());
    }
}

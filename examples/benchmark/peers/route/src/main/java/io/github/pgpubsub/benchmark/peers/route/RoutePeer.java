package io.github.pgpubsub.benchmark.peers.route;

import io.github.pgpubsub.benchmark.kit.Link;
import io.github.pgpubsub.benchmark.kit.Payloads;
import io.github.pgpubsub.benchmark.kit.Program;
import io.github.pgpubsub.benchmark.kit.Server;
import io.github.pgpubsub.benchmark.peers.pgjdbc.ListenLoop;
import io.github.pgpubsub.benchmark.peers.pgjdbc.OneByOne;
import io.github.pgpubsub.benchmark.peers.pgjdbc.PgjdbcPeer;
import io.github.pgpubsub.benchmark.peers.route.FedComponent.FedConsumer;
import io.github.pgpubsub.benchmark.peers.route.FedComponent.Sender;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.postgresql.PGNotification;

/**
 * The limits for a component of Camel. Its argument: {@code alone}, one thread makes exchanges of payloads in memory, so Camel's own cost
 * of an exchange is all there is; {@code loop}, the driver's loop reads on one thread, and another makes the exchanges, as in the component,
 * and the driver sends what a producer template is given; {@code each}, the same, but each message is handed over by itself.
 */
public final class RoutePeer {

    private static final int QUEUE = 1024;

    private RoutePeer() {}

    public static void main(String... arguments) throws IOException {
        Program.run(switch (arguments[0]) {
            case "alone" -> (server, listenTo, sendTo, receiver) -> alone(listenTo, sendTo, receiver);
            case "loop" -> (server, listenTo, sendTo, receiver) -> new Looped(server, listenTo, receiver, false);
            case "each" -> (server, listenTo, sendTo, receiver) -> new Looped(server, listenTo, receiver, true);
            default -> throw new IllegalArgumentException("the argument must be alone, loop or each, not " + arguments[0]);
        });
    }

    private static Link alone(List<String> listenTo, List<String> sendTo, Consumer<String> receiver) throws Exception {
        if (!sendTo.isEmpty()) {
            throw onlyReceives();
        }
        return new Alone(new Routes((channel, payload) -> {
            throw onlyReceives();
        }, listenTo, receiver));
    }

    private static UnsupportedOperationException onlyReceives() {
        return new UnsupportedOperationException("it only receives");
    }

    /** A context with an empty route for each channel, and the one thread that feeds them. */
    private static final class Routes implements AutoCloseable {

        private final CamelContext context = new DefaultCamelContext();
        private final FedComponent component;
        private final ExecutorService feeder = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "feeder");
            thread.setDaemon(true);
            return thread;
        });

        Routes(Sender sender, List<String> channels, Consumer<String> receiver) throws Exception {
            component = new FedComponent(sender);
            context.addComponent("fed", component);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    for (String channel : channels) {
                        from("fed:" + channel).process(exchange -> receiver.accept(exchange.getMessage().getBody(String.class)));
                    }
                }
            });
            context.start();
        }

        FedConsumer of(String channel) {
            return component.consumer(channel);
        }

        void feed(Runnable task) {
            feeder.execute(task);
        }

        ProducerTemplate template() {
            return context.createProducerTemplate();
        }

        Endpoint endpoint(String channel) {
            return context.getEndpoint("fed:" + channel);
        }

        @Override
        public void close() throws Exception {
            feeder.shutdownNow();
            context.close();
        }
    }

    private record Alone(Routes routes) implements Link {

        @Override
        public void send(String channel, String payload) {
            throw onlyReceives();
        }

        @Override
        public void makeBacklog(List<String> channels, int count, int size) {
            Payloads payloads = new Payloads(size);
            String[] backlog = IntStream.range(0, count).mapToObj(i -> payloads.payload(0, i)).toArray(String[]::new);
            List<FedConsumer> consumers = channels.stream().map(routes::of).toList();
            routes.feed(() -> {
                for (int i = 0; i < backlog.length; i++) {
                    consumers.get(i % consumers.size()).pass(backlog[i]);
                }
            });
        }

        @Override
        public void close() throws Exception {
            routes.close();
        }
    }

    private static final class Looped implements Link {

        /** What the driver has read at once is one element, which costs next to nothing, or each message is one. */
        private final BlockingQueue<PGNotification[]> queue = new ArrayBlockingQueue<>(QUEUE);
        private final OneByOne driver;
        private final Routes routes;
        private final ProducerTemplate template;
        private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();

        Looped(Server server, List<String> channels, Consumer<String> receiver, boolean each) throws Exception {
            driver = new OneByOne(() -> PgjdbcPeer.connect(server, true),
                    new ListenLoop(PgjdbcPeer.connect(server, true), channels, each ? this::putEach : queue::put));
            routes = new Routes(driver::send, channels, receiver);
            template = routes.template();
            routes.feed(this::feed);
        }

        private void putEach(PGNotification[] notifications) throws InterruptedException {
            for (PGNotification notification : notifications) {
                queue.put(new PGNotification[] {notification});
            }
        }

        private void feed() {
            try {
                while (true) {
                    for (PGNotification notification : queue.take()) {
                        routes.of(notification.getName()).pass(notification.getParameter());
                    }
                }
            } catch (InterruptedException e) {
                // Closed.
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void send(String channel, String payload) {
            template.sendBody(endpoints.computeIfAbsent(channel, routes::endpoint), payload);
        }

        @Override
        public void close() throws Exception {
            template.stop();
            driver.close();
            routes.close();
        }
    }
}

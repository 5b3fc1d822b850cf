package io.github.pgpubsub.faults.kept;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.pgpubsub.camel.PgPubSubAck;
import io.github.pgpubsub.camel.PgPubSubComponent;
import io.github.pgpubsub.camel.PgPubSubConstants;
import io.github.pgpubsub.history.kept.KeptRecorder;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.LambdaRouteBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;

/** What {@link KeptNode} is, with a CamelContext and a route for each group. The same arguments, the same output. */
public final class KeptCamelNode {

    /** A shard each may have a transaction. */
    private static final int POOL = 8;

    private final KeptHandling handling;
    private final DataSource effects;

    private KeptCamelNode(KeptHandling handling, DataSource effects) {
        this.handling = handling;
        this.effects = effects;
    }

    public static void main(String[] arguments) throws Exception {
        // Each failed message logs a stack trace, which would only be noise here.
        Configurator.setLevel("io.github.pgpubsub.camel", Level.OFF);
        String name = arguments[0];
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(arguments[1] + (arguments[1].contains("?") ? "&" : "?") + "ApplicationName=" + name + "%20work");
        pool.setUsername(arguments[2]);
        pool.setPassword(arguments[3]);
        pool.setMaximumPoolSize(POOL);
        pool.setConnectionTimeout(5000);
        pool.setInitializationFailTimeout(-1);
        DataSource effects = new HikariDataSource(pool);
        DefaultCamelContext context = new DefaultCamelContext();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            context.stop();
            System.out.println("ENDED");
        }));
        context.getCamelContextExtension().setName(name);
        context.getShutdownStrategy().setTimeout(20);
        context.getRegistry().bind("effects", effects);
        context.getRegistry().bind("transactions", new DataSourceTransactionManager(effects));
        context.addComponent("pgpubsub", component(arguments));
        KeptCamelNode node = new KeptCamelNode(new KeptHandling(KeptRecorder.into(Path.of(arguments[4]), name)), effects);
        for (String text : List.of(arguments).subList(5, arguments.length)) {
            KeptGroup group = KeptGroup.parse(text);
            LambdaRouteBuilder route = builder -> builder.from(uri(group)).routeId(group.name())
                    .errorHandler(builder.noErrorHandler()).process(exchange -> node.process(group, exchange));
            RouteBuilder.addRoutes(context, route);
        }
        context.start();
        System.out.println(KeptNode.STARTED);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (commands.readLine() != null) {
            // Until the test is gone.
        }
        System.exit(0);
    }

    private static PgPubSubComponent component(String[] arguments) {
        PgPubSubComponent component = new PgPubSubComponent();
        component.getConfiguration().setUrl(arguments[1]);
        component.getConfiguration().setUser(arguments[2]);
        component.getConfiguration().setPassword(arguments[3]);
        component.getConfiguration().setReconnectDelay(20);
        component.getConfiguration().setReconnectMaxDelay(500);
        component.getConfiguration().setHeartbeatInterval(1000);
        component.getConfiguration().setHeartbeatTimeout(1000);
        component.setRetention(KeptNode.RETENTION.toMillis());
        return component;
    }

    private static String uri(KeptGroup group) {
        return "pgpubsub:" + KeptNode.CHANNEL + "?durable=true&startFrom=earliest&group=" + group.name() + "&ackMode="
                + group.ackMode() + "&shards=" + group.shards() + "&concurrentConsumers=" + group.threads() + "&leaderTimeout="
                + group.leaderTimeout() + "&acquireInterval=100&queueSize=" + group.queueSize() + "&onError=" + group.onError()
                + "&retryDelay=5&retryMaxDelay=50" + (group.batch() == 0 ? ""
                        : "&batching=true&batchSize=" + group.batch() + "&batchTimeout=" + KeptNode.BATCH_TIMEOUT.toMillis());
    }

    private void process(KeptGroup group, Exchange exchange) throws Exception {
        List<KeptHandling.Taken> batch = group.batch() == 0 ? List.of(taken(exchange))
                : exchange.getMessage().getBody(List.class).stream().map(each -> taken((Exchange) each)).toList();
        Connection connection = group.ackMode().equals("transaction") ? DataSourceUtils.getConnection(effects) : null;
        try {
            handling.handle(group, batch, connection);
        } finally {
            DataSourceUtils.releaseConnection(connection, effects);
        }
        if (group.ackMode().equals("manual")) {
            exchange.getMessage().getHeader(PgPubSubConstants.ACK, PgPubSubAck.class).acknowledge();
        }
    }

    private static KeptHandling.Taken taken(Exchange exchange) {
        Message message = exchange.getMessage();
        return new KeptHandling.Taken(message.getBody(String.class), message.getHeader(PgPubSubConstants.KEY, String.class),
                message.getHeader(PgPubSubConstants.REDELIVERED, false, Boolean.class),
                message.getHeader(PgPubSubConstants.EPOCH, Long.class),
                message.getHeader(PgPubSubConstants.SHARD, Integer.class));
    }
}

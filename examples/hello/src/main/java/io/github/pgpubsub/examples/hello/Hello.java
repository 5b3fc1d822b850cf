package io.github.pgpubsub.examples.hello;

import io.github.pgpubsub.examples.server.Seat;
import io.github.pgpubsub.examples.server.SharedServer;
import java.io.IOException;
import java.sql.SQLException;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.support.LifecycleStrategySupport;

/** The example's main class: sends to and receives from {@code HelloChannel} until it is stopped. */
public final class Hello {

    private Hello() {}

    public static void main(String... arguments) throws Exception {
        try {
            run(Options.parse(arguments));
        } catch (IllegalArgumentException | IOException | SQLException | RuntimeCamelException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void run(Options options) throws Exception {
        if (options.help()) {
            System.out.print(Options.usage());
        } else if (options.url() != null) {
            String name = options.nameOr("hello-" + ProcessHandle.current().pid());
            greet(options, name, options.url(), Welcome.atOwnServer(name, options.scenario()));
        } else {
            try (Seat seat = new SharedServer("hello", SharedServer.defaultFolder("hello"), System.out::println).join()) {
                String name = options.nameOr("hello-" + seat.number());
                greet(options, name, seat.url(), Welcome.atSharedServer(name, options.scenario(), seat.url()));
            }
        }
    }

    private static void greet(Options options, String name, String url, String welcome) throws Exception {
        if (options.listens()) {
            System.out.print(welcome);
        }
        Screen screen = new Screen(System.out, Boolean.getBoolean("hello.colour"), name);
        Main camel = new Main();
        camel.addInitialProperty("camel.component.pgpubsub.url", url);
        camel.configure().addRoutesBuilder(new HelloRoutes(options, name, screen, camel::completed));
        camel.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport main) {
                main.getCamelContext().addLifecycleStrategy(new LifecycleStrategySupport() {
                    /** Not in afterStop: a JVM that was told to end waits until the context has stopped, but not for that. */
                    @Override
                    public void onContextStopped(CamelContext context) {
                        screen.leaves();
                    }
                });
            }
        });
        camel.run();
    }
}

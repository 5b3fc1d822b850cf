package io.github.pgpubsub.examples.orders;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the application, with a PostgreSQL server of its own where nobody names one. */
@SpringBootApplication
public class Orders {

    public static void main(String[] arguments) {
        SpringApplication application = new SpringApplication(Orders.class);
        application.addInitializers(new LocalServer());
        application.run(arguments);
    }
}

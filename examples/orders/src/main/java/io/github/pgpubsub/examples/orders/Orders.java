package io.github.pgpubsub.examples.orders;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the application, and the example's PostgreSQL server unless another server is configured. */
@SpringBootApplication
public class Orders {

    public static void main(String[] arguments) {
        SpringApplication application = new SpringApplication(Orders.class);
        application.addInitializers(new LocalServer());
        application.run(arguments);
    }
}

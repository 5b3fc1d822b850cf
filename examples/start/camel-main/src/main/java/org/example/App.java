package org.example;

import org.apache.camel.main.Main;

public class App {

    public static void main(String[] arguments) throws Exception {
        Main camel = new Main();
        camel.configure().addRoutesBuilder(new OrdersRoutes());
        camel.run(arguments);
    }
}

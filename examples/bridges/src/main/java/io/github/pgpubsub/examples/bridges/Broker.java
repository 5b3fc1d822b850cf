package io.github.pgpubsub.examples.bridges;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A broker of the example. It can be stopped and started again, and keeps its port and its messages. */
public interface Broker {

    /** Name for people. */
    String name();

    /** Where clients connect to, in the form that their Camel component expects. */
    String address();

    /** Starts the broker, and returns when clients can use it. */
    void start() throws IOException;

    /** Stops the broker in good order. Does nothing if it does not run. */
    void stop() throws IOException;

    /** A port of the loopback address that is free now. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

package io.github.pgpubsub.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers each line with its own name and the line, hangs up after {@code quit}, and counts connections, lines and errors. */
final class EchoServer implements AutoCloseable {

    private final String name;
    private final ServerSocket listener;
    private final Thread acceptor;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger heard = new AtomicInteger();
    private final AtomicInteger resets = new AtomicInteger();

    EchoServer(String name) {
        this.name = name;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        acceptor = start(this::acceptAll);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Number of open connections. */
    int connections() {
        return connections.size();
    }

    /** Number of received lines. */
    int heard() {
        return heard.get();
    }

    /** Number of connections that ended with an error. */
    int resets() {
        return resets.get();
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                connections.add(socket);
                start(() -> answer(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void answer(Socket socket) {
        try (socket;
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            String line;
            do {
                line = in.readLine();
                if (line != null) {
                    heard.incrementAndGet();
                    socket.getOutputStream().write((name + ":" + line + "\n").getBytes(StandardCharsets.UTF_8));
                }
            } while (line != null && !line.equals("quit"));
        } catch (IOException e) {
            resets.incrementAndGet();
        } finally {
            connections.remove(socket);
        }
    }

    private static Thread start(Runnable body) {
        Thread thread = new Thread(body, "echo-server");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Returns when the port is free again: the accepting thread holds it until it has woken up. */
    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : connections) {
            socket.close();
        }
        try {
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

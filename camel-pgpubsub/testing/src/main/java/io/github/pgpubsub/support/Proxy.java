package io.github.pgpubsub.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy that a test can break. It listens on loopback, forwards bytes to a server, and fails in the ways that networks
 * fail.
 *
 * <p>
 * Each method acts on all connections and is thread-safe. The proxy's threads are daemons and end with their connections.
 */
public final class Proxy implements AutoCloseable {

    private static final int CHUNK = 16 * 1024;

    /** Maximum chunks under way in one direction: enough for a delay, and few enough for prompt back-pressure. */
    private static final int CHUNKS_UNDERWAY = 16;

    /** An action on the other side: bytes arrive, or the stream ends. */
    private interface Passage {
        void run() throws IOException;
    }

    private record Chunk(Passage passage, long dueNanos) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytesToServer = new AtomicLong();

    private volatile InetSocketAddress target;
    private volatile long delayNanos;
    private volatile int pieces = CHUNK;
    private boolean stalled;
    private boolean answersStalled;
    private volatile ServerSocket listener;
    private Thread acceptor;
    private @Nullable Socket placeholder;

    /** Listens on a free port and connects to this server. */
    public Proxy(String targetHost, int targetPort) {
        target = new InetSocketAddress(targetHost, targetPort);
        listen(0);
    }

    public Proxy(PostgresServer server) {
        this(server.host(), server.port());
    }

    public String host() {
        return listener.getInetAddress().getHostAddress();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Number of open connections. */
    public int connections() {
        return links.size();
    }

    /** Number of bytes of all connections, former ones too, that the server's socket has got. */
    public long bytesToServer() {
        return bytesToServer.get();
    }

    /** Forwards new connections to another port of the same host. Open connections are not affected. */
    public void target(int port) {
        target = new InetSocketAddress(target.getHostString(), port);
    }

    /** Closes all connections in an orderly way (FIN), as a server does when it shuts down. */
    public void cut() {
        links.forEach(Link::close);
    }

    /** Closes all connections with a reset (RST): bytes under way are lost, and both sides get an error. */
    public void reset() {
        links.forEach(Link::reset);
    }

    /**
     * Holds back all bytes and ends of streams, in both directions, without closing anything. New connections are accepted, as
     * the kernel of a hung host does, and hang. A chunk that is being written still arrives.
     */
    public void stall() {
        changing(() -> stalled = true);
    }

    /** The same for what the server sends only: it gets the requests, and the client no answers. */
    public void stallAnswers() {
        changing(() -> answersStalled = true);
    }

    /** Forwards bytes again, beginning with those held back. */
    public void resume() {
        changing(() -> {
            stalled = false;
            answersStalled = false;
        });
    }

    /** Delays all bytes read from now on by this time, in each direction. Throughput does not change. */
    public void delay(Duration delay) {
        delayNanos = delay.toNanos();
    }

    /**
     * From now on forwards bytes in pieces of at most this size, each after this delay, so that a reader sees them one by one.
     */
    public void pieces(int bytes, Duration delay) {
        delay(delay);
        pieces = bytes;
    }

    /** Refuses new connections, or accepts them again on the same port. Open connections are not affected. */
    public synchronized void refuse(boolean refuse) {
        if (refuse && placeholder == null) {
            closeListener();
            placeholder = occupy();
        } else if (!refuse && placeholder != null) {
            closeQuietly(placeholder);
            placeholder = null;
            listen(port());
        }
    }

    @Override
    public synchronized void close() {
        closeListener();
        closeQuietly(placeholder);
        cut();
    }

    private void changing(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void listen(int port) {
        try {
            ServerSocket socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
            listener = socket;
            acceptor = startThread("accept", () -> accept(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                new Link(from.accept()).open();
            } catch (IOException closedByUs) {
                // The loop's condition decides.
            }
        }
    }

    /** Waits for the acceptor: the kernel frees the port only after the last system call on its socket has returned. */
    private void closeListener() {
        closeQuietly(listener);
        try {
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * A socket that is bound but does not listen: the kernel refuses connections. It gives the port neither to another program
     * nor to a client that connects to this port, which would then connect to itself.
     */
    private Socket occupy() {
        try {
            Socket socket = new Socket();
            socket.setReuseAddress(true);
            socket.bind(listener.getLocalSocketAddress());
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Thread startThread(String role, Runnable body) {
        Thread thread = new Thread(body, "proxy-" + port() + "-" + role);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void closeQuietly(@Nullable AutoCloseable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (Exception alreadyBroken) {
            // The connection is to be broken anyway.
        }
    }

    /** A client's connection and its connection to the server. When one ends, so does the other. */
    private final class Link {

        private final Socket client;
        private final Socket server = new Socket();
        private boolean over;

        Link(Socket client) {
            this.client = client;
        }

        void open() {
            links.add(this);
            startThread("connect", this::connect);
        }

        private void connect() {
            try {
                awaitResume();
                server.connect(target);
                // The peers decide how bytes are grouped into packets, not this link.
                server.setTcpNoDelay(true);
                client.setTcpNoDelay(true);
                new Pipe(this, client, server, false).start("to-server");
                new Pipe(this, server, client, true).start("to-client");
            } catch (IOException noServer) {
                reset();
            }
        }

        private void awaitResume() {
            changing(() -> {
                while (stalled && !over) {
                    changed.awaitUninterruptibly();
                }
            });
        }

        void close() {
            end(Socket::shutdownOutput);
        }

        void reset() {
            // Closing with a linger time of zero sends RST.
            end(socket -> socket.setSoLinger(true, 0));
        }

        private void end(Farewell farewell) {
            changing(() -> {
                over = true;
                links.remove(this);
                for (Socket socket : List.of(client, server)) {
                    try (socket) {
                        farewell.say(socket);
                    } catch (IOException ended) {
                        // Not connected yet, or no longer.
                    }
                }
            });
        }
    }

    private interface Farewell {
        void say(Socket socket) throws IOException;
    }

    /**
     * One direction of a link. Separate threads read and write, so that a delayed write does not stop the reading.
     */
    private final class Pipe {

        private final Link link;
        private final Socket from;
        private final Socket to;
        private final boolean answers;
        private final Deque<Chunk> underway = new ArrayDeque<>();

        Pipe(Link link, Socket from, Socket to, boolean answers) {
            this.link = link;
            this.from = from;
            this.to = to;
            this.answers = answers;
        }

        void start(String direction) {
            startThread(direction + "-read", this::read);
            startThread(direction + "-write", this::write);
        }

        private void read() {
            byte[] buffer = new byte[CHUNK];
            try {
                int length;
                while ((length = from.getInputStream().read(buffer, 0, pieces)) >= 0) {
                    byte[] bytes = Arrays.copyOf(buffer, length);
                    put(() -> pass(bytes));
                }
                put(link::close);
            } catch (IOException broken) {
                put(link::reset);
            }
        }

        private void pass(byte[] bytes) throws IOException {
            to.getOutputStream().write(bytes);
            if (!answers) {
                bytesToServer.addAndGet(bytes.length);
            }
        }

        private void write() {
            try {
                for (Chunk next = take(); next != null; next = take()) {
                    next.passage().run();
                }
            } catch (IOException gone) {
                // The receiver is gone. Its last bytes may still be on their way back, so the other direction ends the link.
                discardAll();
            }
        }

        private void put(Passage passage) {
            Chunk chunk = new Chunk(passage, System.nanoTime() + delayNanos);
            changing(() -> {
                while (underway.size() >= CHUNKS_UNDERWAY && !link.over) {
                    changed.awaitUninterruptibly();
                }
                underway.add(chunk);
            });
        }

        /** Waits until the next chunk is due. Returns {@code null} when the link has ended. */
        private @Nullable Chunk take() {
            lock.lock();
            try {
                while (!link.over) {
                    long wait = underway.isEmpty() || stalled || (answers && answersStalled) ? Long.MAX_VALUE
                            : underway.peek().dueNanos() - System.nanoTime();
                    if (wait <= 0) {
                        changed.signalAll();
                        return underway.remove();
                    }
                    changed.awaitNanos(wait);
                }
                return null;
            } catch (InterruptedException e) {
                throw new IllegalStateException("Nobody interrupts this thread", e);
            } finally {
                lock.unlock();
            }
        }

        private void discardAll() {
            while (take() != null) {
                // There is no receiver left.
            }
        }
    }
}

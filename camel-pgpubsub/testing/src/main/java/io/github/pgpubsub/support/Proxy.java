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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A TCP link that a test can break: listens on loopback, passes bytes on to a server, and fails in the ways that networks
 * do.
 *
 * <p>
 * Each method acts on all connections at once and may be called at any time from any thread. The threads are daemons and
 * end with their connections.
 */
public final class Proxy implements AutoCloseable {

    private static final int CHUNK = 16 * 1024;

    /** Chunks that may be on their way in one direction: what a delay needs, and little enough to push back soon. */
    private static final int CHUNKS_UNDERWAY = 16;

    /** What shall happen at the other side: bytes arrive, or the stream's end. */
    private interface Passage {
        void run() throws IOException;
    }

    private record Chunk(Passage passage, long dueNanos) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();

    private volatile InetSocketAddress target;
    private volatile long delayNanos;
    private volatile int pieces = CHUNK;
    private boolean stalled;
    private volatile ServerSocket listener;
    private Thread acceptor;
    private @Nullable Socket placeholder;

    /** Listens on a port of its own and connects to this server. */
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

    /** How many connections are open. */
    public int connections() {
        return links.size();
    }

    /** Takes new connections to another port of the same host; those that are open stay where they are. */
    public void target(int port) {
        target = new InetSocketAddress(target.getHostString(), port);
    }

    /** Ends all connections orderly, as a server does that goes down or a firewall that is polite. */
    public void cut() {
        links.forEach(Link::close);
    }

    /** Ends all connections with a reset (RST): what is under way is lost, and both sides get an error. */
    public void reset() {
        links.forEach(Link::reset);
    }

    /**
     * Lets no more bytes through, in either direction, ends of streams included; nothing is closed. New connections are
     * accepted, as a half-dead host's kernel does, and hang. A chunk that is just being written still arrives.
     */
    public void stall() {
        changing(() -> stalled = true);
    }

    /** Lets bytes through again, first those that were held back. */
    public void resume() {
        changing(() -> stalled = false);
    }

    /** Delays all bytes read from now on by this time in each direction, at unchanged throughput. */
    public void delay(Duration delay) {
        delayNanos = delay.toNanos();
    }

    /** Passes bytes on in pieces of at most this size from now on, each after this delay: a reader sees them one by one. */
    public void pieces(int bytes, Duration delay) {
        delay(delay);
        pieces = bytes;
    }

    /** Refuses new connections, or takes them again on the same port. Those that are open stay. */
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
                // The loop's condition tells.
            }
        }
    }

    /** The kernel frees the port when the last system call on its socket has returned, and the acceptor is in one. */
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
     * Bound and not listening: the kernel refuses connections, and gives the port neither to another program nor to a
     * client of this very port, which would then be connected to itself.
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
            // Broken is what it shall be.
        }
    }

    /** A client's connection and the one to the server that belongs to it; when either ends, both do. */
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
                // The peers decide what goes out together, not this link.
                server.setTcpNoDelay(true);
                client.setTcpNoDelay(true);
                new Pipe(this, client, server).start("to-server");
                new Pipe(this, server, client).start("to-client");
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
            // Closing with a linger time of zero is how a program asks for RST.
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
                        // Not connected yet, or no more.
                    }
                }
            });
        }
    }

    private interface Farewell {
        void say(Socket socket) throws IOException;
    }

    /**
     * One direction of a link. Reading and writing are two threads' work, so that a delay does not keep the next bytes from
     * being read.
     */
    private final class Pipe {

        private final Link link;
        private final Socket from;
        private final Socket to;
        private final Deque<Chunk> underway = new ArrayDeque<>();

        Pipe(Link link, Socket from, Socket to) {
            this.link = link;
            this.from = from;
            this.to = to;
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
                    put(() -> to.getOutputStream().write(bytes));
                }
                put(link::close);
            } catch (IOException broken) {
                put(link::reset);
            }
        }

        private void write() {
            try {
                for (Chunk next = take(); next != null; next = take()) {
                    next.passage().run();
                }
            } catch (IOException gone) {
                // The receiver went. What it said last may still be on its way back: its own direction ends the link.
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

        /** The next chunk when its time has come, or {@code null} when the link is over. */
        private @Nullable Chunk take() {
            lock.lock();
            try {
                while (!link.over) {
                    long wait = underway.isEmpty() || stalled ? Long.MAX_VALUE
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
                // Nobody is left to have it.
            }
        }
    }
}

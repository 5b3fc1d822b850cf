package io.github.pgpubsub.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A chain of two network namespaces. Processes in the far namespace reach this machine through the middle one, which forwards
 * their packets or silently drops them. A proxy can't do the same, because its kernel acknowledges the packets.
 */
public final class Cable implements AutoCloseable {

    private final String near = "pgpubsub-" + Integer.toHexString(ThreadLocalRandom.current().nextInt(1 << 16, 1 << 20));
    private final String middle = near + "-middle";
    private final String far = near + "-far";
    /** Addresses reserved for benchmarks (RFC 2544), so they collide with no real network. */
    private final String net = "198." + ThreadLocalRandom.current().nextInt(18, 20) + "."
            + ThreadLocalRandom.current().nextInt(256);
    private final Thread shutdownHook = new Thread(this::remove, "remove-" + near);

    private Cable() {}

    /** Creates a cable. Returns null if this user may not, or the machine has no {@code ip} command. */
    public static @Nullable Cable layIfAllowed() {
        Cable cable = new Cable();
        Runtime.getRuntime().addShutdownHook(cable.shutdownHook);
        if (cable.lay()) {
            return cable;
        }
        cable.close();
        return null;
    }

    private boolean lay() {
        String nearDevice = near.replace("pgpubsub", "pgp") + "n";
        String farDevice = near.replace("pgpubsub", "pgp") + "f";
        return run("ip netns add " + middle) && run("ip netns add " + far)
                && run("ip link add " + nearDevice + " type veth peer name near netns " + middle)
                && run("ip -n " + middle + " link add far type veth peer name " + farDevice + " netns " + far)
                && run("ip addr add " + near() + "/26 dev " + nearDevice) && run("ip link set " + nearDevice + " up")
                && run("ip -n " + middle + " addr add " + net + ".2/26 dev near") && run("ip -n " + middle + " link set near up")
                && run("ip -n " + middle + " addr add " + net + ".65/26 dev far") && run("ip -n " + middle + " link set far up")
                && run("ip -n " + far + " addr add " + net + ".66/26 dev " + farDevice)
                && run("ip -n " + far + " link set " + farDevice + " up") && run("ip -n " + far + " link set lo up")
                && run("ip -n " + far + " route add default via " + net + ".65")
                && run("ip route add " + net + ".64/26 via " + net + ".2")
                && forward(true);
    }

    /** This machine's address, seen from the far end. */
    public String near() {
        return net + ".1";
    }

    /** Prefix of a command line that runs at the far end. */
    public List<String> farEnd() {
        return List.of("ip", "netns", "exec", far);
    }

    /** Drops all packets from now on, in both directions. */
    public void cut() {
        check(forward(false));
    }

    public void heal() {
        check(forward(true));
    }

    private boolean forward(boolean on) {
        return run("ip", "netns", "exec", middle, "sh", "-c", "echo " + (on ? 1 : 0) + " > /proc/sys/net/ipv4/ip_forward");
    }

    private static void check(boolean done) {
        if (!done) {
            throw new IllegalStateException("A cable that could be laid can't be changed");
        }
    }

    private static boolean run(String command) {
        return run(command.split(" "));
    }

    private static boolean run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            boolean done = process.waitFor() == 0;
            if (!done) {
                System.out.println(String.join(" ", command) + ": " + said.strip());
            }
            return done;
        } catch (IOException e) {
            System.out.println(command[0] + ": " + e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    /** Deleting the namespaces deletes their devices, and with them the route. */
    private void remove() {
        run("ip netns del " + middle);
        run("ip netns del " + far);
    }

    @Override
    public void close() {
        remove();
        Runtime.getRuntime().removeShutdownHook(shutdownHook);
    }
}

package io.github.pgpubsub.benchmark.report;

import com.sun.management.OperatingSystemMXBean;
import io.github.pgpubsub.benchmark.peers.PeerProcess;
import io.github.pgpubsub.benchmark.server.PostgresServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine and the versions of a run.
 *
 * @param machine  properties of the machine, by name
 * @param versions versions of libraries, by peer
 */
public record Setup(Map<String, String> machine, Map<String, String> versions) {

    public static Setup of(PostgresServer server, List<PeerProcess> peers) throws IOException, SQLException {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        machine.put("CPU", cpuModel() + ", " + system.getAvailableProcessors() + " cores");
        machine.put("memory", Math.round(system.getTotalMemorySize() / 1e9) + " GB");
        machine.put("system", system.getName() + " " + kernel(system.getVersion()) + " " + system.getArch());
        machine.put("Java", System.getProperty("java.vendor.version", "") + " " + System.getProperty("java.version"));
        machine.put("PostgreSQL", server.version() + ", on the same machine, default settings except max_connections="
                + PostgresServer.MAX_CONNECTIONS + " and, for Debezium, wal_level=logical");
        Map<String, String> versions = new LinkedHashMap<>();
        for (PeerProcess peer : peers) {
            versions.put(peer.name(), peer.versions().orElse("did not take part"));
        }
        return new Setup(machine, versions);
    }

    /** Without what a host of virtual machines appends, which tells nothing of the machine. */
    static String kernel(String version) {
        int suffix = version.indexOf("-fc-");
        return suffix < 0 ? version : version.substring(0, suffix);
    }

    /** The CPU model on Linux, elsewhere only the architecture. */
    private static String cpuModel() throws IOException {
        Path cpuinfo = Path.of("/proc/cpuinfo");
        if (Files.isReadable(cpuinfo)) {
            for (String line : Files.readAllLines(cpuinfo)) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).trim();
                }
            }
        }
        return System.getProperty("os.arch");
    }
}

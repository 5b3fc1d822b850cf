package io.github.pgpubsub.benchmark.kit;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/** The resources that this process has used. */
final class Cost {

    private static final int COLLECTIONS = 3;

    private Cost() {}

    /** CPU time of all threads, including garbage collector and compiler, nanoseconds. */
    static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /**
     * Bytes in use after garbage collection. Runs several collections, because one leaves objects with finalizers or references.
     */
    static long heapBytes() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }

    static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }
}

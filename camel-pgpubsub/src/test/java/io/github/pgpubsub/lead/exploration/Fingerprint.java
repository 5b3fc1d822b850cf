package io.github.pgpubsub.lead.exploration;

import io.github.pgpubsub.lead.ControlMessage;
import io.github.pgpubsub.lead.Leadership;
import io.github.pgpubsub.lead.simulation.SimulatedServer;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Two states with the same fingerprint go on alike. Walks through all that a world holds. Times count relative to now, as far
 * as any timer reaches; texts and the numbers of markers only by whether they are equal; what nothing depends on is left out.
 * Places and messages count as they are: a world has few.
 */
record Fingerprint(long first, long second) {

    private static final Set<String> TIMES = Set.of("connectedAt", "nextPoll", "nextQuestion", "nextAnswer", "retryAt", "vacantSince",
            "holdsBothSince", "lastLook", "tookOverAt", "lastSign", "waitsSince", "caughtUpAt", "nextLook", "heard", "since",
            "lastAt", "sentAt", "noticedAt", "noticeCameByAt", "brokenAt", "provenAt", "leaseSince", "pulse");
    /** Equal or not. */
    private static final Set<String> NAMES = Set.of("marker", "number");
    private static final Set<String> LEFT_OUT = Set.of("tokens", "order", "millis", "ledSince", "now", "log", "stream", "ended", "broken",
            "lastBackend", "restartedAt", "startedAt", "next:Words", "foundNanos", "memory", "untold", "random", "manyMessages");
    private static final Set<String> AS_THEY_ARE = Set.of("acquireNanos", "leaderTimeout", "signNanos", "roundTrip", "joinedAt",
            "doubtedFrom", "announcedTimeout", "announcedGrace", "resignedAt", "begunAtResign", "leadersGap", "heldBackFrom", "cut",
            "place", "lastMarker", "before", "from", "count", "lastComplete", "noticePlace", "heldFrom", "uptimeNanos", "grace", "next",
            "lastFresh", "lastNumber", "limit", "handOverLimit");
    private static final Set<String> COUNTS = Set.of("count", "jcount", "begun");
    private static final Set<String> MARKERS = Set.of("n", "jn");
    private static final long REACH = 12;

    static Fingerprint of(World world) {
        return new Walk(world.now).of(world);
    }

    private static final class Walk {

        private final long now;
        private final Map<Object, Integer> seen = new IdentityHashMap<>();
        private final Map<Object, Integer> names = new HashMap<>();
        private long first = 17;
        private long second = 31;

        Walk(long now) {
            this.now = now;
        }

        Fingerprint of(World world) {
            walk(world);
            for (ExploredMember member : world.members) {
                if (member.runs() || member.frozen) {
                    unread(member, world.server);
                }
            }
            return new Fingerprint(first, second);
        }

        private void unread(ExploredMember member, SimulatedServer server) {
            if (member.isGone() || member.isLost() || member.read < 0) {
                return;
            }
            put(server.stream.size() - member.read);
            for (SimulatedServer.Note note : server.stream.subList(member.read, server.stream.size())) {
                put(note.sender());
                if (note.control() == null) {
                    put(note.number());
                } else {
                    message(ExploredMember.decode(note.control()));
                }
            }
        }

        private void put(long value) {
            first = (first ^ value) * 0x9E3779B97F4A7C15L;
            first ^= first >>> 29;
            second = (second + value) * 0xC2B2AE3D27D4EB4FL;
            second ^= second >>> 31;
        }

        private void name(Object name) {
            put(names.computeIfAbsent(name, any -> names.size() + 1));
        }

        private void walk(Object object) {
            if (object == null) {
                put(-7);
            } else if (object instanceof String text) {
                name(text);
            } else if (object instanceof Enum<?> constant) {
                put(constant.ordinal());
            } else if (object instanceof Number number) {
                put(number.longValue());
            } else if (object instanceof Boolean yes) {
                put(yes ? 1 : 0);
            } else if (object instanceof ControlMessage message) {
                message(message);
            } else if (object instanceof Map<?, ?> map) {
                put(map.size());
                new TreeMap<>(map).forEach((key, value) -> {
                    walk(key);
                    walk(value);
                });
            } else if (object instanceof Collection<?> all) {
                put(all.size());
                (all instanceof Set ? new TreeSet<>(all) : all).forEach(this::walk);
            } else if (!object.getClass().isHidden()) {
                fields(object);
            }
        }

        private void fields(Object object) {
            if (!object.getClass().isRecord()) {
                Integer known = seen.putIfAbsent(object, seen.size());
                if (known != null) {
                    put(known);
                    return;
                }
            }
            if (object instanceof ExploredMember member && member.isGone()) {
                put(-11);
                return;
            }
            for (Field field : Fields.of(object.getClass())) {
                if (!LEFT_OUT.contains(field.getName())) {
                    Object value = Fields.get(field, object);
                    if (field.getType() == long.class) {
                        number(field, (Long) value);
                    } else if (field.getName().equals("read")) {
                        put((Integer) value < 0 ? 0 : 1);
                    } else {
                        walk(value);
                    }
                }
            }
        }

        private void number(Field field, long value) {
            String name = field.getName();
            if (TIMES.contains(name)) {
                put(value == Leadership.NEVER ? Long.MIN_VALUE : Math.max(-REACH, Math.min(REACH, Math.floorDiv(value - now, World.UNIT / 10)
                        / 10)));
            } else if (NAMES.contains(name)) {
                name(value);
            } else if (AS_THEY_ARE.contains(name)) {
                put(value);
            } else {
                throw new IllegalStateException("What does " + field + " count: a time, a place? Say it here");
            }
        }

        private void message(ControlMessage message) {
            put(message.type().ordinal());
            name(message.token());
            new TreeMap<>(message.fields()).forEach((key, value) -> {
                if (COUNTS.contains(key)) {
                    put(Long.parseLong(value));
                } else if (MARKERS.contains(key)) {
                    name(Long.parseLong(value));
                } else if (!key.equals("age") && !key.equals("gap")) {
                    name(value);
                } else {
                    put(key.length());
                }
            });
        }
    }
}

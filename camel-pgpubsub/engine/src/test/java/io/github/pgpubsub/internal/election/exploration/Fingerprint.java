package io.github.pgpubsub.internal.election.exploration;

import static java.util.Map.entry;

import io.github.pgpubsub.internal.election.ControlMessage;
import io.github.pgpubsub.internal.election.Leadership;
import io.github.pgpubsub.internal.election.exploration.Fields.Slot;
import io.github.pgpubsub.internal.election.simulation.SimulatedServer;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Two states with the same fingerprint have the same future. Walks through everything in a world. Times count relative to now,
 * up to the longest timer; texts and marker numbers count only by equality; data without influence is left out. Positions and
 * messages count by value, because a world has few.
 */
record Fingerprint(long first, long second) {

    /** Times, and the number of units from now up to which they matter. */
    private static final Map<String, Integer> TIMES = Map.ofEntries(entry("nextTry", 1), entry("nextQuestion", 1),
            entry("nextAnswer", 1), entry("retryAt", 1), entry("nextCheck", 1), entry("vacantSince", 4),
            entry("holdsBothSince", 5),
            entry("lastLook", 2), entry("askedAt", 2), entry("tookOverSince", 1), entry("signedAt", 1), entry("waitsSince", 3),
            entry("stopsSince", 3), entry("awaitedAt", 3), entry("readUpTo", 3),
            entry("heard", 4), entry("since", 2), entry("lastAt", 1), entry("sentAt", 3), entry("noticedAt", 1),
            entry("noticeCameByAt", 3), entry("brokenAt", 0), entry("provenAt", 3), entry("leaseSince", 2), entry("pulse", 1));
    /** Values that count only by equality. */
    private static final Set<String> NAMES = Set.of("marker", "number");
    private static final Set<String> LEFT_OUT = Set.of("tokens", "order", "millis", "ledSince", "now", "log", "stream", "ended",
            "connectedAt", "broken",
            "lastBackend", "restartedAt", "startedAt", "foundNanos", "memory", "unflushed", "random", "manyMessages");
    private static final Set<String> AS_THEY_ARE = Set.of("acquireNanos", "leaderTimeout", "signNanos", "roundTrip", "joinedAt",
            "doubtedFrom", "announcedTimeout", "announcedGrace", "resignedAt", "begunAtResign", "gapMillis", "heldBackFrom",
            "cut",
            "place", "lastMarker", "before", "from", "count", "lastComplete", "noticePlace", "heldFrom", "begunUpTo",
            "uptimeNanos", "grace", "next",
            "lastFresh", "lastNumber", "limit", "handOverLimit");
    private static final Set<String> COUNTS = Set.of("count", "jcount", "begun");
    private static final Set<String> MARKERS = Set.of("n", "jn");

    private enum Meaning { NOTHING, TIME, NAME, VALUE, YES_OR_NO, OBJECT }

    private static final ClassValue<Map<String, Meaning>> MEANING = new ClassValue<>() {
        @Override
        protected Map<String, Meaning> computeValue(Class<?> type) {
            Map<String, Meaning> meanings = new HashMap<>();
            Fields.of(type).forEach(slot -> meanings.put(slot.field().getName(), meaning(slot.field())));
            return meanings;
        }
    };

    private static Meaning meaning(Field field) {
        String name = field.getName();
        if (LEFT_OUT.contains(name)) {
            return Meaning.NOTHING;
        } else if (name.equals("read")) {
            return Meaning.YES_OR_NO;
        } else if (!field.getType().isPrimitive()) {
            return Meaning.OBJECT;
        } else if (field.getType() != long.class || AS_THEY_ARE.contains(name)) {
            return Meaning.VALUE;
        } else if (TIMES.containsKey(name)) {
            return Meaning.TIME;
        } else if (NAMES.contains(name)) {
            return Meaning.NAME;
        }
        throw new IllegalStateException("What does " + field + " count: a time, a place? Say it here");
    }

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
                    message(note.control());
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
            } else if (object instanceof boolean[] flags) {
                for (int i = 0; i < flags.length; i++) {
                    if (flags[i]) {
                        put(i);
                    }
                }
                put(-3);
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
            for (Slot slot : Fields.of(object.getClass())) {
                switch (MEANING.get(object.getClass()).get(slot.field().getName())) {
                    case NOTHING -> {}
                    case TIME -> time(slot.field().getName(), slot.asLong(object));
                    case NAME -> name(slot.asLong(object));
                    case VALUE -> put(slot.asLong(object));
                    case YES_OR_NO -> put(slot.asLong(object) < 0 ? 0 : 1);
                    case OBJECT -> walk(slot.get(object));
                }
            }
        }

        private void time(String name, long value) {
            long units = Math.floorDiv(value - now, World.UNIT);
            boolean ahead = name.startsWith("next") || name.equals("retryAt");
            put(value == Leadership.NEVER ? Long.MIN_VALUE : ahead ? value > now ? 1 : 0 : Math.max(-TIMES.get(name), units));
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

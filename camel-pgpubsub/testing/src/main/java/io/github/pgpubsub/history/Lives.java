package io.github.pgpubsub.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The times in which a group exists: from the moment a member leads, for as long as one member that has joined is running. A
 * member has joined when it has led or has seen another member lead: then it can report a gap. A member whose session ends while
 * it is frozen does not count from the freeze on: the guarantee holds for members that are connected when the next one leads. Messages
 * sent while no group exists are lost, as the guarantees say.
 */
final class Lives {

    /** One life of the group. It ends when the last joined member is killed or asked to stop. */
    record Life(long from, long to) {

        boolean contains(long micros) {
            return micros >= from && micros <= to;
        }
    }

    private static final long NEVER = Long.MAX_VALUE;
    /** How long a member takes after a freeze to notice that its connection has ended. */
    private static final long SOON_MICROS = 2_000_000;

    private static final class Member {
        boolean connected;
        boolean frozen;
        /** Frozen, and the first that it does afterwards is to find its session gone. */
        boolean endsFrozen;
        /** Time from which the member counts as joined; {@link #NEVER}: not yet. */
        long joinedAt = NEVER;
    }

    private final long joiningMicros;
    private final Map<String, Member> running = new HashMap<>();
    private final List<Life> lives = new ArrayList<>();
    private long aliveSince = NEVER;

    private Lives(long joiningMicros) {
        this.joiningMicros = joiningMicros;
    }

    static List<Life> of(List<Event> events, long joiningMicros) {
        Lives lives = new Lives(joiningMicros);
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            if (event instanceof Event.Role role) {
                lives.role(role);
            } else if (event instanceof Event.Happening happening) {
                lives.happened(happening, events.subList(i, events.size()));
            }
        }
        if (lives.aliveSince != NEVER) {
            lives.lives.add(new Life(lives.aliveSince, Long.MAX_VALUE));
        }
        return lives.lives;
    }

    private void role(Event.Role role) {
        Member member = running.get(role.process());
        if (member == null) {
            return;
        }
        long now = role.micros();
        switch (role.to()) {
            case "DISCONNECTED", "STOPPED" -> {
                member.connected = false;
                if (member.joinedAt > now) {
                    member.joinedAt = NEVER;
                }
            }
            case "LEADER" -> {
                member.connected = true;
                member.joinedAt = Math.min(member.joinedAt, now);
                if (aliveSince == NEVER) {
                    aliveSince = now;
                    running.values().forEach(each -> join(each, now));
                }
            }
            case "STANDBY" -> {
                member.connected = true;
                if (aliveSince != NEVER) {
                    member.joinedAt = Math.min(member.joinedAt, now);
                }
            }
            default -> {
                member.connected = true;
                join(member, now);
            }
        }
    }

    /** A member takes a moment to see who leads. */
    private void join(Member member, long now) {
        if (member.connected && !member.frozen && member.joinedAt == NEVER && aliveSince != NEVER) {
            member.joinedAt = now + joiningMicros;
        }
    }

    /** Whether the member's first change of role soon after the freeze is the loss of its connection. */
    private static boolean findsItsSessionGone(String member, List<Event> later) {
        long thawing = later.stream()
                .filter(event -> event instanceof Event.Happening happening && happening.what() == What.THAWING
                        && happening.member().equals(member))
                .mapToLong(Event::micros).findFirst().orElse(NEVER);
        return later.stream().filter(Event.Role.class::isInstance).map(Event.Role.class::cast)
                .filter(role -> role.process().equals(member) && role.micros() >= thawing).findFirst()
                .filter(role -> role.to().equals("DISCONNECTED") && role.micros() - thawing < SOON_MICROS).isPresent();
    }

    private void endIfNobodyIsLeft(long now) {
        if (aliveSince != NEVER
                && running.values().stream().noneMatch(each -> each.joinedAt <= now && !each.endsFrozen)) {
            lives.add(new Life(aliveSince, now));
            aliveSince = NEVER;
            running.values().forEach(each -> each.joinedAt = NEVER);
        }
    }

    /** @param later the events from this one on */
    private void happened(Event.Happening happening, List<Event> later) {
        Member member = running.get(happening.member());
        long now = happening.micros();
        switch (happening.what()) {
            case STARTING -> running.put(happening.member(), new Member());
            case STARTED -> {
                // A start returns only after the first election, so the member has seen who leads.
                if (member != null && member.connected && aliveSince != NEVER) {
                    member.joinedAt = Math.min(member.joinedAt, now);
                }
            }
            case KILLING, STOPPING -> {
                running.remove(happening.member());
                endIfNobodyIsLeft(now);
            }
            case FREEZING -> {
                if (member != null) {
                    member.frozen = true;
                    member.endsFrozen = findsItsSessionGone(happening.member(), later);
                    if (member.joinedAt > now) {
                        member.joinedAt = NEVER;
                    }
                    endIfNobodyIsLeft(now);
                }
            }
            case THAWING -> {
                if (member != null) {
                    member.frozen = false;
                    member.endsFrozen = false;
                    join(member, now);
                }
            }
            default -> {}
        }
    }
}

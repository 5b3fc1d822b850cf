package io.github.pgpubsub.camel.picture;

import java.util.ArrayList;
import java.util.List;

/** What a look at a consumer should tell at once: whether it works, and whether its group can lose its leader without harm. */
record Standing(Level level, String words) {

    /** Colours of the page. */
    enum Level {
        GOOD, FAIR, BAD
    }

    static List<Standing> of(Picture.Consumer consumer) {
        List<Standing> standings = new ArrayList<>();
        if (consumer.role().isEmpty() && !consumer.group().isEmpty()) {
            standings.add(new Standing(Level.FAIR, "stopped"));
            return standings;
        }
        if (!consumer.connected()) {
            standings.add(new Standing(Level.BAD, "not connected"));
        } else if (consumer.troubled()) {
            standings.add(new Standing(Level.BAD, "can't receive: see its health check"));
        } else if (consumer.group().isEmpty()) {
            standings.add(new Standing(Level.GOOD, "receives"));
        } else {
            standings.add(ofGroup(consumer));
        }
        if (consumer.kept() != null && consumer.kept().parked() > 0) {
            standings.add(new Standing(Level.FAIR, consumer.kept().parked() + " parked"));
        }
        return standings;
    }

    private static Standing ofGroup(Picture.Consumer consumer) {
        Picture.Kept kept = consumer.kept();
        if (kept != null && !kept.shards().isEmpty()) {
            return new Standing(Level.GOOD, kept.shards().size() + " shards");
        } else if (consumer.role().equals("COLD")) {
            return new Standing(Level.GOOD, "waits its turn");
        } else if (kept != null) {
            // The messages are in the log: a standby has nothing to hold, so being in step means nothing.
            return new Standing(Level.GOOD, consumer.standbyKnown() ? "standby ready" : "no standby, nothing lost");
        } else if (!consumer.members().isEmpty() && !consumer.standbyKnown()) {
            return new Standing(Level.FAIR, "no standby");
        } else if (consumer.inStep()) {
            return new Standing(Level.GOOD, "in step");
        }
        return new Standing(Level.FAIR, "not in step yet");
    }
}

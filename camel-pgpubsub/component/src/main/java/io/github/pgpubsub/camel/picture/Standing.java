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
        Picture.Kept place = consumer.kept();
        boolean kept = place != null;
        if (place != null && !place.shards().isEmpty()) {
            return new Standing(Level.GOOD, place.shards().size() + " shards");
        } else if (!consumer.members().isEmpty() && !consumer.standbyKnown()) {
            return new Standing(kept ? Level.GOOD : Level.FAIR, kept ? "no standby, nothing lost" : "no standby");
        } else if (consumer.inStep()) {
            return new Standing(Level.GOOD, "in step");
        } else if (consumer.role().equals("COLD")) {
            return new Standing(Level.GOOD, "waits its turn");
        }
        return new Standing(Level.FAIR, "not in step yet");
    }
}

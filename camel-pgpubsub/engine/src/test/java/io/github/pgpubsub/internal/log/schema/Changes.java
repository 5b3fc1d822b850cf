package io.github.pgpubsub.internal.log.schema;

import io.github.pgpubsub.support.PostgresExtension;
import java.util.List;

/** Watched tables of a test: what changes of them are in the log. */
final class Changes {

    private Changes() {}

    static boolean watch(PostgresExtension postgres, String arguments) {
        return postgres.strings("select pgpubsub.watch(" + arguments + ")").get(0).equals("t");
    }

    /** Takes the messages of a channel out of the log, in order: key and payload, without the time. */
    static List<String> take(PostgresExtension postgres, String channel) {
        return postgres.strings("with gone as (delete from pgpubsub.message where channel = ? returning id, key, payload)"
                + " select coalesce(key, '-') || ' ' || regexp_replace(payload, ',\"ts_ms\":[0-9]{13}\\}$', '}') from gone order by id",
                channel);
    }

    /** As {@link #take}, without the source. */
    static List<String> takeShort(PostgresExtension postgres, String channel) {
        return take(postgres, channel).stream().map(each -> each.replaceAll(",\"source\":\\{[^}]*\\}\\}$", "")).toList();
    }
}

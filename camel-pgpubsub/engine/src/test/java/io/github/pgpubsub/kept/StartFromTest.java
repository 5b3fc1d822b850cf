package io.github.pgpubsub.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The option startFrom, and the form of ids. */
class StartFromTest {

    @Test
    void eachForm() {
        assertThat(StartFrom.parse("now")).isEqualTo(new StartFrom.Now());
        assertThat(StartFrom.parse("earliest")).isEqualTo(new StartFrom.Earliest());
        assertThat(StartFrom.parse("2026-01-31T08:00:00Z"))
                .isEqualTo(new StartFrom.Time(Instant.parse("2026-01-31T08:00:00Z")));
        assertThat(StartFrom.parse("2026-01-31T10:00:00.5+02:00"))
                .isEqualTo(new StartFrom.Time(Instant.parse("2026-01-31T08:00:00.500Z")));
        assertThat(StartFrom.parse("4711-1769846400000000"))
                .isEqualTo(new StartFrom.Id(new KeptMessageId(4711, 1769846400000000L)));
    }

    /** A time without its offset would be another one on each host. */
    @ParameterizedTest
    @ValueSource(strings = {"", "Now", "latest", "2026-01-31", "2026-01-31T08:00:00", "4711", "-1-2", "4711-", "1-2-3",
        "99999999999999999999-1", "9999999999999999999-1", "now "})
    void othersAreRefusedWithTheText(String text) {
        assertThatThrownBy(() -> StartFrom.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("startFrom is " + text + "; it must be now, earliest, a time");
    }

    @Property
    void anIdIsReadAsItIsWritten(@ForAll @LongRange(min = 0) long id, @ForAll @LongRange(min = 0) long micros) {
        KeptMessageId each = new KeptMessageId(id, micros);
        assertThat(KeptMessageId.parse(each.toString())).isEqualTo(Optional.of(each));
    }
}

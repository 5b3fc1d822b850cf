package io.github.pgpubsub.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.support.LoggedLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All notations of a database give equal sources; unreadable ones are refused, and no message contains a secret. */
class UrlConnectionSourceTest {

    @ParameterizedTest
    @ValueSource(strings = {
        "jdbc:postgresql://host:5433/db?user=me&password=p%40s%26s",
        "postgres://me:p%40s%26s@host:5433/db",
        "postgresql://me:p%40s&s@host:5433/db",
        "postgresql://host:5433/db?user=me&password=p%40s%26s",
        "  postgres://me:p%40s%26s@host:5433/db  ",
    })
    void oneDatabaseIsOneSourceHoweverItIsWritten(String url) {
        UrlConnectionSource source = new UrlConnectionSource(url, null, null);

        assertThat(source).isEqualTo(new UrlConnectionSource("jdbc:postgresql://host:5433/db", "me", "p@s&s"))
                .hasSameHashCodeAs(new UrlConnectionSource("jdbc:postgresql://host:5433/db", "me", "p@s&s"));
        assertThat(source.password()).isEqualTo("p@s&s");
    }

    @Test
    void otherRightsAreAnotherSource() {
        UrlConnectionSource source = source("postgres://me:secret@host/db");

        assertThat(source).isNotEqualTo(source("postgres://you:secret@host/db"))
                .isNotEqualTo(source("postgres://me:other@host/db"))
                .isNotEqualTo(source("postgres://me:secret@host/db2"))
                .isNotEqualTo(source("postgres://me:secret@host:5433/db"))
                .isNotEqualTo(source("postgres://me:secret@host/db?sslmode=require"));
    }

    @Test
    void userAndPasswordOfTheirOwnWin() {
        assertThat(new UrlConnectionSource("postgres://you:other@host/db", "me", "secret"))
                .isEqualTo(source("postgres://me:secret@host/db"));
    }

    @Test
    void emptyOnesAreNone() {
        assertThat(new UrlConnectionSource("postgres://me:secret@host/db", "", ""))
                .isEqualTo(source("postgres://me:secret@host/db"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "postgres://me:secret@host/db                                      | host:5432/db",
        "postgres://me:secret@a:5433,b/db?sslmode=require                  | a:5433,b:5432/db",
        "postgres://me:secret@[::1]:5433/db                                | [::1]:5433/db",
        "jdbc:postgresql://a:5433,b:5434/db?user=me&password=secret        | a:5433,b:5434/db",
        "jdbc:postgresql://host/db?user=me&password=secret&sslpassword=secret | host:5432/db",
        "jdbc:postgresql://host?user=me&password=secret                    | host:5432/me",
    })
    void itsTextNamesWhereItLeadsAndNobody(String url, String text) {
        assertThat(source(url)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "jdbc:postgresql://me:secret@host/db",
        "jdbc:postgresql://me:a?secret@host/db",
        "jdbc:postgresql://me:secret?a@host/db",
        "jdbc:postgresql://me:secret/db",
        "jdbc:postgresql://host:54x/db?user=me&password=secret",
        "jdbc:postgresql://host/db?user=me&password=secret%",
        "jdbc:postgresql://host/db?user=me&password=100%secret",
        "jdbc:postgresql://host/db?user=me&password=%se",
        "jdbc:postgresql:me:secret@host/db",
        "jdbc:postgresql://host/db&user=me&password=secret",
        "postgres://me@host/db&password=secret",
        "jdbc:mysql://me:secret@host/db",
        "me:secret@host/db",
        "secret",
        "https://me:secret@host/db",
        "postgres:me:secret@host/db",
    })
    void whatCantBeReadIsRefusedWithoutRepeatingIt(String url) {
        try (LoggedLines logged = LoggedLines.capture()) {
            assertThatThrownBy(() -> source(url)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("url").hasMessageNotContaining("secret").hasMessageNotContaining("\"se\"").hasNoCause();
            assertThat(logged.lines()).noneMatch(line -> line.contains("secret"));
        }
    }

    @Test
    void aListenerThatIsIdleKeepsItsConnectionAliveUnlessToldOtherwise() {
        assertThat(source("postgres://host/db")).isEqualTo(source("postgres://host/db?keepalives=1"))
                .isNotEqualTo(source("postgres://host/db?keepalives=0"));
        assertThat(source("jdbc:postgresql://host/db")).isEqualTo(source("jdbc:postgresql://host/db?tcpKeepAlive=true"))
                .isNotEqualTo(source("jdbc:postgresql://host/db?tcpKeepAlive=false"));
    }

    private static UrlConnectionSource source(String url) {
        return new UrlConnectionSource(url, null, null);
    }
}

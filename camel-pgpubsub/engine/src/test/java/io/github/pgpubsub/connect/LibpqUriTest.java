package io.github.pgpubsub.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** URIs of PostgreSQL's own clients are converted to driver properties. */
class LibpqUriTest {

    @Test
    void aWholeUri() {
        assertThat(parse("postgres://me:secret@db.example.org:5433/orders?sslmode=require")).isEqualTo(Map.of(
                "user", "me", "password", "secret", "PGHOST", "db.example.org", "PGPORT", "5433", "PGDBNAME", "orders",
                "sslmode", "require"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres://", "postgresql://"})
    void bothSchemesAreTaken(String scheme) {
        assertThat(LibpqUri.accepts(scheme + "host/db")).isTrue();
        assertThat(parse(scheme + "host/db")).containsEntry("PGHOST", "host").containsEntry("PGDBNAME", "db");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:postgresql://host/db", "mysql://host/db", "host/db", ""})
    void othersAreNot(String url) {
        assertThat(LibpqUri.accepts(url)).isFalse();
    }

    @Test
    void theDriverSDefaultsStandForWhatIsMissing() {
        assertThat(parse("postgres://")).isEqualTo(Map.of("PGHOST", "localhost", "PGPORT", "5432"));
    }

    @Test
    void theDatabaseIsCalledAsTheUserUnlessNamed() {
        assertThat(parse("postgres://me@host")).containsEntry("PGDBNAME", "me");
        assertThat(parse("postgres://me@host/")).containsEntry("PGDBNAME", "me");
        assertThat(parse("postgres://me@host?dbname=other")).containsEntry("PGDBNAME", "other");
    }

    @ParameterizedTest
    @CsvSource({
        "p%40ss%2Fw%3Ard&x, p@ss/w:rd&x",
        "100%25, 100%",
        "a+b, a+b",
        "%C3%A9%F0%9F%90%98, é🐘",
        "a:b, a:b",
        "a@b, a@b",
        "'', ''",
    })
    void passwordsAreDecodedAndAPlusIsAPlus(String written, String meant) {
        assertThat(parse("postgres://me:" + written + "@host/db")).containsEntry("password", meant)
                .containsEntry("user", "me").containsEntry("PGHOST", "host");
    }

    @Test
    void usersAndDatabasesAreDecodedToo() {
        assertThat(parse("postgres://m%C3%A9%40work@host/my%20db")).containsEntry("user", "mé@work").containsEntry("PGDBNAME",
                "my db");
    }

    @Test
    void aUserWithoutAPasswordLeavesThePasswordToPgpass() {
        assertThat(parse("postgres://me@host/db")).doesNotContainKey("password");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a:5433,b:5434 | a,b             | 5433,5434",
        "a,b:5434      | a,b             | 5432,5434",
        "a,b           | a,b             | 5432,5432",
        "[::1]:5433    | [::1]           | 5433",
        "[::1]         | [::1]           | 5432",
        "[fe80::1],b   | [fe80::1],b     | 5432,5432",
        ":5433         | localhost       | 5433",
        "a:            | a               | 5432",
    })
    void hostsAndPortsGoInPairs(String written, String hosts, String ports) {
        assertThat(parse("postgres://me@" + written + "/db")).containsEntry("PGHOST", hosts).containsEntry("PGPORT", ports);
    }

    @ParameterizedTest
    @CsvSource({
        "connect_timeout=3, connectTimeout, 3",
        "application_name=my%20app, ApplicationName, my app",
        "target_session_attrs=read-write, targetServerType, primary",
        "target_session_attrs=primary, targetServerType, primary",
        "target_session_attrs=standby, targetServerType, secondary",
        "target_session_attrs=prefer-standby, targetServerType, preferSecondary",
        "target_session_attrs=any, targetServerType, any",
        "channel_binding=require, channelBinding, require",
        "gssencmode=disable, gssEncMode, disable",
        "keepalives=0, tcpKeepAlive, false",
        "keepalives=1, tcpKeepAlive, true",
        "sslmode=verify-full, sslmode, verify-full",
        "options=-c%20work_mem%3D4MB, options, -c work_mem=4MB",
        "password=a%26b, password, a&b",
        "user=other, user, other",
        "socketTimeout=7, socketTimeout, 7",
    })
    void libpqsNamesBecomeTheDrivers(String parameter, String name, String value) {
        assertThat(parse("postgres://host/db?" + parameter)).containsEntry(name, value);
    }

    @Test
    void aParameterThatTheDriverDoesNotKnowIsRefusedByName() {
        assertThatThrownBy(() -> LibpqUri.parse("postgres://me:secret@host/db?passfile=/x"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("passfile").hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "postgres://me:secret%zz@host/db",
        "postgres://me:secret%@host/db",
        "postgres://me:100%secret@host/db",
        "postgres://me:secret@host:54x/db",
        "postgres://me:secret@host:543210/db",
        "postgres://me:secret/db",
        "postgres://me:a/secret",
        "postgres://me:a?secret=b@host/db",
        "postgres://me:a?secret@host/db",
        "postgres://me:a?x=b&secret=c@host/db",
        "postgres://me:secret@%2Fvar%2Frun/db",
        "postgres://me:secret@host/db?sslmode",
    })
    void aRefusalDoesNotRepeatWhatMayBeAPassword(String uri) {
        assertThatThrownBy(() -> LibpqUri.parse(uri)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("url").hasMessageNotContaining("secret").hasNoCause();
    }

    private static Map<Object, Object> parse(String uri) {
        Properties properties = LibpqUri.parse(uri);
        return Map.copyOf(properties);
    }
}

package io.github.pgpubsub.camel.picture;

import static io.github.pgpubsub.camel.CamelWithPostgres.encoded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pgpubsub.camel.CamelWithPostgres;
import io.github.pgpubsub.camel.Inbox;
import io.github.pgpubsub.camel.PgPubSubComponent;
import io.github.pgpubsub.support.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a browser gets to see of groups, and what it never does. */
class GroupPictureTest {

    private static final String WORD = "Gehe1m";
    private static final String HOSTILE = "<script>alert('x')</script>\"\u202e";

    /** One test stops it. */
    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.withOwnServer();

    private final List<CamelWithPostgres> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(CamelWithPostgres::close);
    }

    private CamelWithPostgres camel() throws Exception {
        CamelWithPostgres camel = new CamelWithPostgres(postgres);
        started.add(camel);
        component(camel).setGroupPicture(true);
        return camel.route(route -> route.from("direct:groups").routeId("groups").process(new GroupPicture()));
    }

    private static PgPubSubComponent component(CamelWithPostgres camel) {
        return camel.context().getComponent("pgpubsub", PgPubSubComponent.class);
    }

    private static Message ask(CamelWithPostgres camel, String accept) {
        Exchange answer = camel.template().request("direct:groups", exchange -> {
            exchange.getMessage().setHeaders(Map.of("Accept", accept, "Cookie", "session=" + WORD, "Authorization",
                    "Basic " + WORD, "CamelHttpQuery", "x=" + WORD));
            exchange.getMessage().setBody(WORD);
        });
        assertThat(answer.getException()).isNull();
        return answer.getMessage();
    }

    private static String page(CamelWithPostgres camel) {
        return ask(camel, "text/html,*/*").getBody(String.class);
    }

    private static JsonNode json(CamelWithPostgres camel) throws Exception {
        return new ObjectMapper().readTree(ask(camel, "application/json").getBody(String.class));
    }

    private static JsonNode consumer(CamelWithPostgres camel) throws Exception {
        return json(camel).path("consumers").path(0);
    }

    @Test
    void isOffUnlessAComponentSwitchesItOn() throws Exception {
        CamelWithPostgres camel = camel().receive("pgpubsub:off", new Inbox());
        component(camel).setGroupPicture(false);
        camel.start();

        Message answer = ask(camel, "text/html");

        assertThat(answer.getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(404);
        assertThat(answer.getBody(String.class)).contains("groupPicture=true").doesNotContain("off ");
        assertThat(answer.getHeaders().toString()).doesNotContain(WORD);
        assertThat(new PgPubSubComponent().isGroupPicture()).as("default").isFalse();
    }

    @Test
    void showsTheMembersAndSeesTheLeadMove() throws Exception {
        CamelWithPostgres leader = camel().receive("pgpubsub:moves?group=packing", new Inbox()).start();
        Inbox.await(() -> assertThat(consumer(leader).path("role").asText()).isEqualTo("LEADER"));
        CamelWithPostgres other = camel().receive("pgpubsub:moves?group=packing", new Inbox()).start();
        Inbox.await(() -> {
            JsonNode seen = consumer(other);
            assertThat(seen.path("inStep").asBoolean()).as(seen.toString()).isTrue();
            assertThat(seen.path("handOvers").asInt()).isZero();
            assertThat(member(seen, leader)).isEqualTo("{\"leader\":true,\"standby\":false,\"here\":false}");
            assertThat(member(seen, other)).isEqualTo("{\"leader\":false,\"standby\":true,\"here\":true}");
        });
        assertThat(page(other)).contains("in step", "stands by", "leads", leader.context().getName());

        leader.close();

        Inbox.await(() -> {
            JsonNode seen = consumer(other);
            assertThat(seen.path("role").asText()).as(seen.toString()).isEqualTo("LEADER");
            assertThat(seen.path("handOvers").asInt()).isEqualTo(1);
            assertThat(seen.path("members")).hasSize(1);
            assertThat(member(seen, other)).isEqualTo("{\"leader\":true,\"standby\":false,\"here\":true}");
            assertThat(seen.path("history").findValuesAsText("what")).containsSubsequence("stands by", "takes over", "leads now");
        });
        assertThat(page(other)).contains("no standby").doesNotContain(leader.context().getName());
    }

    private static String member(JsonNode consumer, CamelWithPostgres camel) {
        for (JsonNode member : consumer.path("members")) {
            if (member.path("name").asText().equals(camel.context().getName())) {
                return "{\"leader\":%s,\"standby\":%s,\"here\":%s}".formatted(member.path("leader"), member.path("standby"),
                        member.path("here"));
            }
        }
        return "no member";
    }

    @Test
    void handOversAreSeenWhenNobodyLooks() throws Exception {
        CamelWithPostgres leader = camel().receive("pgpubsub:unseen", new Inbox()).start();
        Inbox.await(() -> assertThat(consumer(leader).path("role").asText()).isEqualTo("LEADER"));
        CamelWithPostgres other = camel().route(route -> route.from("pgpubsub:unseen").routeId("listen").process(new Inbox()))
                .start();
        Inbox.await(() -> assertThat(other.isInStep("listen")).isTrue());
        leader.close();
        Inbox.await(() -> assertThat(other.isReceiving("listen")).isTrue());

        Inbox.await(() -> assertThat(consumer(other).path("handOvers").asInt()).isEqualTo(1));
    }

    @Test
    void namesAreEscaped() throws Exception {
        CamelWithPostgres camel = camel();
        camel.route(route -> route.from("pgpubsub:" + encoded(HOSTILE) + "?group=" + encoded(HOSTILE)).routeId(HOSTILE + "&amp;")
                .process(new Inbox())).start();
        Inbox.await(() -> assertThat(consumer(camel).path("role").asText()).isEqualTo("LEADER"));

        String page = page(camel);
        JsonNode json = consumer(camel);

        assertThat(page).doesNotContain(HOSTILE, "<script>alert")
                .contains("<h2><bdi>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;\u202e</bdi></h2>",
                        "\u202e&amp;amp;</bdi>");
        assertThat(page.split("<script", -1)).as("the page's own script alone").hasSize(2);
        assertThat(json.path("channel").asText()).isEqualTo(HOSTILE);
        assertThat(json.path("group").asText()).isEqualTo(HOSTILE);
        assertThat(json.path("routeId").asText()).isEqualTo(HOSTILE + "&amp;");
    }

    @Test
    void aBrowserRunsNothingElseAndKeepsNothing() throws Exception {
        CamelWithPostgres camel = camel().start();

        Message answer = ask(camel, "text/html");

        assertThat(answer.getHeaders()).containsEntry("Cache-Control", "no-store")
                .containsEntry("Expires", "0")
                .containsEntry("X-Content-Type-Options", "nosniff")
                .containsEntry(Exchange.CONTENT_TYPE, "text/html; charset=utf-8").containsEntry(Exchange.HTTP_RESPONSE_CODE, 200);
        assertThat(answer.getHeader("Content-Security-Policy", String.class))
                .startsWith("default-src 'none'; style-src 'sha256-").contains("frame-ancestors 'self'")
                .doesNotContain("unsafe");
        assertThat(answer.getHeaders().toString() + answer.getBody()).as("nothing of the request").doesNotContain(WORD);
        assertThat(ask(camel, "application/json").getHeader(Exchange.CONTENT_TYPE)).isEqualTo("application/json");
        assertThat(page(camel)).contains("This process has no consumer of a channel");
    }

    /** Payloads, exceptions that repeat them, the user, the password, the URL's parameters; with a lost server, too. */
    @Test
    void noSecretAndNoPayloadIsShown() throws Exception {
        postgres.createRole("keeper_of_" + WORD, "pass" + WORD);
        postgres.execute("grant create on database " + postgres.database() + " to \"keeper_of_" + WORD + "\"");
        CamelWithPostgres camel = camel();
        camel.configuration().setUrl(postgres.url() + "?connectTimeout=7&options=-c%20pgpubsub.test=" + WORD);
        camel.configuration().setUser("keeper_of_" + WORD);
        camel.configuration().setPassword("pass" + WORD);
        camel.route(route -> route.from("pgpubsub:kept?durable=true&onError=park&reconnectMaxDelay=200ms&logSchema=picture")
                .process(exchange -> {
                    throw new IllegalStateException("can't process " + exchange.getMessage().getBody());
                })).receive("pgpubsub:plain?reconnectMaxDelay=200ms", new Inbox())
                .route(route -> route.from("direct:kept").to("pgpubsub:kept?durable=true&logSchema=picture")).start();
        camel.send("direct:kept", "payload " + WORD);
        Inbox.await(() -> {
            JsonNode seen = consumer(camel);
            assertThat(seen.path("groupParked").asInt()).as(seen.toString()).isEqualTo(1);
            assertThat(seen.path("history").findValuesAsText("what")).contains("a message was parked");
            assertThat(json(camel).path("sent").asInt()).isEqualTo(1);
        });
        assertNoSecret(camel);
        assertThat(page(camel)).contains("1 parked");

        postgres.server().stop();
        Inbox.await(() -> assertThat(page(camel)).contains("not connected"));
        assertNoSecret(camel);
        postgres.server().startAgain();
        Inbox.await(() -> assertThat(page(camel)).doesNotContain("not connected"));
        assertNoSecret(camel);
    }

    private static void assertNoSecret(CamelWithPostgres camel) throws Exception {
        for (String accept : List.of("text/html", "application/json")) {
            Message answer = ask(camel, accept);
            assertThat(answer.getBody(String.class) + answer.getHeaders()).doesNotContain(WORD, "keeper_of", "connectTimeout",
                    postgres.server().host(), String.valueOf(postgres.server().port()), "can't process");
        }
    }

    @Test
    void aStoppedConsumerGoesAndComesBack() throws Exception {
        CamelWithPostgres camel = camel();
        camel.route(route -> route.from("pgpubsub:suspended").routeId("listen").process(new Inbox())).start();
        Inbox.await(() -> assertThat(consumer(camel).path("role").asText()).isEqualTo("LEADER"));

        camel.context().getRouteController().suspendRoute("listen");
        Inbox.await(() -> assertThat(page(camel)).contains("stopped"));
        camel.context().getRouteController().stopRoute("listen");
        Inbox.await(() -> assertThat(json(camel).path("consumers")).isEmpty());
        camel.context().getRouteController().startRoute("listen");
        Inbox.await(() -> assertThat(consumer(camel).path("role").asText()).isEqualTo("LEADER"));
    }

    /** Without a group each process has a place of its own, of which the server knows no lag. */
    @Test
    void onlyAGroupHasALag() throws Exception {
        CamelWithPostgres all = camel().receive("pgpubsub:lag?durable=true&singleListener=false", new Inbox()).start();
        Inbox.await(() -> assertThat(consumer(all).path("durable").asBoolean()).isTrue());
        assertThat(consumer(all).fieldNames()).toIterable().contains("completed").doesNotContain("lag", "lagSeconds",
                "groupParked");
        assertThat(page(all)).contains("every process receives").doesNotContain("<dt>lag</dt>", "<dt>parked</dt>", "unknown");

        CamelWithPostgres one = camel().receive("pgpubsub:lag?durable=true", new Inbox()).start();
        Inbox.await(() -> assertThat(consumer(one).path("lag").asInt(-1)).isZero());
        assertThat(page(one)).contains("<dt>lag</dt>", "<dt>parked</dt>", "<dt>hand-overs</dt>");
    }

    @Test
    void shardsAreARowEach() throws Exception {
        CamelWithPostgres camel = camel().receive("pgpubsub:sharded?durable=true&shards=3", new Inbox()).start();

        Inbox.await(() -> {
            JsonNode seen = consumer(camel);
            assertThat(seen.path("shards")).as(seen.toString()).hasSize(3)
                    .allSatisfy(shard -> assertThat(shard.path("leader").asText()).isEqualTo(camel.context().getName()));
            assertThat(seen.has("handOvers")).isFalse();
        });
        assertThat(page(camel)).contains("3 shards", "<th>read by</th>");
    }
}

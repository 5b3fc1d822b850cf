package io.github.pgpubsub.camel.picture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes a picture as an HTML page that needs nothing else: no other file, no library. */
final class PicturePage {

    private static final String STYLE = resource("groups.css");
    private static final String SCRIPT = resource("groups.js");

    /** The browser runs only this page's script. A page of the same site may show it in a frame. */
    static final String POLICY = "default-src 'none'; style-src '" + hash(STYLE) + "'; script-src '" + hash(SCRIPT)
            + "'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    private static final int EVENTS_SHOWN = 6;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    private PicturePage() {}

    static String write(Picture picture) {
        Html html = new Html();
        html.markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Groups of ")
                .text(picture.process())
                .markup("</title>\n<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>\n<style>").markup(STYLE)
                .markup("</style>\n</head>\n<body>\n<main>\n<header class=\"top\"><h1>Groups of ").name(picture.process())
                .markup("</h1><p>").text("sent " + number(picture.sent()) + perSecond(picture.sentPerSecond())
                        + (picture.failed() > 0 ? ", failed " + number(picture.failed()) : ""))
                .markup("<span class=\"at\"> · ").text(TIME.format(picture.at())).markup("</span></p></header>\n");
        if (picture.consumers().isEmpty()) {
            html.markup("<p class=\"none\">This process has no consumer of a channel.</p>\n");
        }
        picture.consumers().forEach(consumer -> write(html, consumer));
        return html.markup("</main>\n<script>").markup(SCRIPT).markup("</script>\n</body>\n</html>\n").toString();
    }

    private static void write(Html html, Picture.Consumer consumer) {
        html.markup("<article>\n<header><h2>").name(consumer.channel()).markup("</h2><p>");
        if (consumer.group().isEmpty()) {
            html.text("every process receives");
        } else {
            html.text("group ").name(consumer.group());
        }
        if (consumer.kept() != null) {
            html.text(" · kept");
        }
        String routeId = consumer.routeId();
        if (routeId != null) {
            html.text(" · route ").name(routeId);
        }
        html.markup("</p>");
        Standing.of(consumer).forEach(
                each -> html.element("span", "badge " + each.level().name().toLowerCase(Locale.ROOT), each.words()));
        html.markup("</header>\n");
        members(html, consumer);
        figures(html, consumer);
        course(html, consumer.course());
        shards(html, consumer.kept());
        history(html, consumer.history());
        html.markup("</article>\n");
    }

    private static void members(Html html, Picture.Consumer consumer) {
        if (consumer.members().isEmpty()) {
            return;
        }
        html.markup("<ul class=\"members\">\n");
        for (Picture.Member member : consumer.members()) {
            String role = member.leader() ? "leads" : member.standby() ? "stands by" : "waits";
            String style = member.leader() ? "leads" : member.standby() ? "standby" : "waits";
            html.markup("<li class=\"" + style + "\"><span class=\"dot\"></span><b>")
                    .name(member.name().isEmpty() ? "backend " + member.backend() : member.name()).markup("</b>");
            if (member.here()) {
                html.element("span", "here", "this process");
            }
            html.element("span", "role", role
                    + (member.leader() && consumer.leaderForMillis() >= 0 ? " for " + time(consumer.leaderForMillis()) : ""));
            html.markup("</li>\n");
        }
        html.markup("</ul>\n");
    }

    private static void figures(Html html, Picture.Consumer consumer) {
        html.markup("<dl>\n");
        figure(html, "received here", number(consumer.received()) + perSecond(consumer.perSecond()), false);
        Picture.Kept kept = consumer.kept();
        // Without a group each process has a place of its own, and the server knows of no lag.
        if (kept != null && !consumer.group().isEmpty()) {
            figure(html, "lag", kept.lag() < 0 ? "unknown" : number(kept.lag())
                    + (kept.lagSeconds() > 0 ? " (" + time(kept.lagSeconds() * 1000) + ")" : ""), false);
            figure(html, "parked", kept.parked() < 0 ? "unknown" : number(kept.parked()), kept.parked() > 0);
        }
        if (!consumer.group().isEmpty() && consumer.handOvers() >= 0) {
            figure(html, "hand-overs", number(consumer.handOvers()), false);
        }
        figure(html, "queued", number(consumer.queued()) + " of " + number(consumer.queueSize()),
                consumer.queued() >= consumer.queueSize() && consumer.queueSize() > 0);
        figureAboveZero(html, "redelivered", consumer.redelivered());
        figureAboveZero(html, "filtered", consumer.filtered());
        figureAboveZero(html, "dropped", consumer.dropped());
        figureAboveZero(html, "gaps", consumer.gaps());
        figureAboveZero(html, "reconnects", consumer.reconnects());
        if (kept != null) {
            figureAboveZero(html, "skipped", kept.skipped());
            figureAboveZero(html, "retried", kept.retried());
        }
        html.markup("</dl>\n");
    }

    private static void figureAboveZero(Html html, String name, long value) {
        if (value > 0) {
            figure(html, name, number(value), false);
        }
    }

    private static void figure(Html html, String name, String value, boolean remarkable) {
        html.markup("<div" + (remarkable ? " class=\"remarkable\"" : "") + "><dt>").text(name).markup("</dt><dd>").text(value)
                .markup("</dd></div>\n");
    }

    /** Bars of the rate, the last look at the right. */
    private static void course(Html html, List<Double> course) {
        double most = course.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        if (most == 0) {
            return;
        }
        html.markup("<svg viewBox=\"0 0 240 32\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"messages a second\">");
        for (int i = 0; i < course.size(); i++) {
            double height = Math.max(0.6, course.get(i) / most * 31);
            html.markup(String.format(Locale.ROOT, "<rect x=\"%d\" y=\"%.1f\" width=\"3\" height=\"%.1f\"/>",
                    240 - (course.size() - i) * 4, 32 - height, height));
        }
        html.markup("</svg>\n");
    }

    private static void shards(Html html, Picture.@Nullable Kept kept) {
        if (kept == null || kept.shards().isEmpty()) {
            return;
        }
        html.markup("<table><thead><tr><th>shard</th><th>read by</th><th>lag</th><th>parked</th></tr></thead><tbody>\n");
        for (Picture.Shard shard : kept.shards()) {
            html.markup("<tr><td>").text(number(shard.shard())).markup("</td><td>")
                    .name(shard.leader().isEmpty() ? "nobody" : shard.leader()).markup("</td><td>").text(number(shard.lag()))
                    .markup("</td><td>").text(number(shard.parked())).markup("</td></tr>\n");
        }
        html.markup("</tbody></table>\n");
    }

    private static void history(Html html, List<Picture.Event> history) {
        if (history.isEmpty()) {
            return;
        }
        html.markup("<ol class=\"history\">\n");
        List<Picture.Event> shown = history.subList(Math.max(0, history.size() - EVENTS_SHOWN), history.size());
        for (int i = shown.size() - 1; i >= 0; i--) {
            Picture.Event event = shown.get(i);
            html.markup("<li><time>").text(TIME.format(event.at())).markup("</time> ").text(event.what()).markup("</li>\n");
        }
        html.markup("</ol>\n");
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String perSecond(double rate) {
        return rate < 0 ? "" : String.format(Locale.ROOT, rate < 10 ? " · %.1f/s" : " · %,.0f/s", rate);
    }

    private static String time(long millis) {
        Duration time = Duration.ofMillis(millis);
        if (time.toDays() > 0) {
            return time.toDays() + " d " + time.toHoursPart() + " h";
        } else if (time.toHours() > 0) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        } else if (time.toMinutes() > 0) {
            return time.toMinutes() + " min " + time.toSecondsPart() + " s";
        }
        return time.toSeconds() + " s";
    }

    private static String resource(String name) {
        try (InputStream file = PicturePage.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("The jar has no " + name);
            }
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        try {
            return "sha256-"
                    + Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

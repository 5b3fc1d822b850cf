package io.github.pgpubsub.examples.hello;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Prints one short line per event, coloured on a terminal. */
final class Screen {

    private enum Colour {
        BOLD(1), DIM(2), RED(31), GREEN(32), YELLOW(33);

        private final int code;

        Colour(int code) {
            this.code = code;
        }
    }

    /** This process's role on the channel. */
    enum Role {
        LISTENS("LISTENS"), STANDS_BY("stands by"), CUT_OFF("not listening");

        private final String words;

        Role(String words) {
            this.words = words;
        }
    }

    private final PrintStream out;
    private final boolean coloured;
    private final String name;
    private @Nullable Role role;
    private String shards = "";

    Screen(PrintStream out, boolean coloured, String name) {
        this.out = out;
        this.coloured = coloured;
        this.name = name;
    }

    /** Prints the role if it has changed; may be called at any rate. */
    void role(Role now) {
        if (now != role) {
            role = now;
            line(now == Role.LISTENS ? Colour.GREEN : Colour.YELLOW, now.words);
        }
    }

    /** Prints the shards that this process leads if they have changed; may be called at any rate. */
    void shards(String now) {
        // Epochs change with each leader; here they would only be in the way.
        String numbers = now.replaceAll(" epoch [0-9]+", "");
        if (!numbers.equals(shards)) {
            shards = numbers;
            line(Colour.GREEN, numbers.isEmpty() ? "has no shard" : "has shards " + numbers);
        }
    }

    void received(String message) {
        line(Colour.BOLD, "receives  " + message);
    }

    void sends(String message) {
        line(Colour.DIM, "sends     " + message);
    }

    void notSent(String message, Throwable cause) {
        line(Colour.RED, "not sent  %s: %s".formatted(message, cause.getMessage()));
    }

    void leaves() {
        line(Colour.YELLOW, "leaves");
    }

    private void line(Colour colour, String what) {
        String text = name + "  " + what;
        out.println(coloured ? "\u001b[%dm%s\u001b[0m".formatted(colour.code, text) : text);
    }
}

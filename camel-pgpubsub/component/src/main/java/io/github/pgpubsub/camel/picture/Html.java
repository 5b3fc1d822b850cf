package io.github.pgpubsub.camel.picture;

/** Builds HTML. Every text goes through {@link #escape}, because channels, groups and routes are named by users. Not thread-safe. */
final class Html {

    private final StringBuilder html = new StringBuilder();

    /** Appends markup, which must not come from outside. */
    Html markup(String markup) {
        html.append(markup);
        return this;
    }

    Html text(String text) {
        html.append(escape(text));
        return this;
    }

    /** A name from outside, isolated: letters written from right to left, and marks that turn the direction, stay inside. */
    Html name(String name) {
        return markup("<bdi>").text(name).markup("</bdi>");
    }

    /** An element with a class and a text. */
    Html element(String tag, String style, String text) {
        return markup("<" + tag + " class=\"" + style + "\">").text(text).markup("</" + tag + ">");
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    @Override
    public String toString() {
        return html.toString();
    }
}

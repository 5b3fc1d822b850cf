package io.github.pgpubsub.internal.log.schema;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of the log's schema, written into SQL so that any name is safe: as an identifier, inside a string literal, inside a
 * dollar-quoted body.
 *
 * @param name taken exactly: 1 to 63 bytes of UTF-8, no NUL
 */
record SchemaName(String name) {

    /** NAMEDATALEN - 1: the server would cut a longer name, and so mean another schema. */
    private static final int MAX_BYTES = 63;

    /** A line of comment, which stays; or the name in the file: at the beginning of a literal, or as a name. Three settings are no schema. */
    private static final Pattern IN_FILE = Pattern.compile(
            "(?m)^ *--.*$|'pgpubsub(?=['.])(?!\\.(?:wake_up|context'))|(?<!')\\bpgpubsub(?=\\.)|(?<=schema )pgpubsub\\b");

    SchemaName {
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("logSchema has " + bytes + " bytes; PostgreSQL takes 1 to " + MAX_BYTES);
        }
        if (name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("logSchema has a NUL character, which PostgreSQL can't hold");
        }
    }

    /** Quoted, so that nothing is folded. */
    String identifier() {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** The identifier as it stands inside a string literal (of a server with standard_conforming_strings on). */
    String inLiteral() {
        return identifier().replace("'", "''");
    }

    /** The text of the log's SQL file with this name for the schema. */
    String inFile(String file) {
        String quoted = tagged(file, "$body$");
        quoted = tagged(quoted, "$sql$");
        Matcher matcher = IN_FILE.matcher(quoted);
        return matcher.replaceAll(match -> Matcher.quoteReplacement(replacement(match.group())));
    }

    private String replacement(String found) {
        if (found.startsWith("'")) {
            return "'" + inLiteral();
        }
        return found.equals("pgpubsub") ? identifier() : found;
    }

    /** A body ends at its tag, so the tag is one that the name does not have. */
    private String tagged(String file, String tag) {
        String free = tag;
        while (name.contains(free)) {
            free = free.substring(0, free.length() - 1) + "_$";
        }
        return file.replace(tag, free);
    }
}

package io.github.pgpubsub.sql;

import io.github.pgpubsub.PgPubSub;
import io.github.pgpubsub.camel.PgPubSubComponent;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** All SQL in the component's compiled classes, and so all SQL that it can send. */
final class SqlConstants {

    /** Matches a statement or a part of one, but no log message. */
    private static final Pattern SQL = Pattern.compile(
            "(?s)^(select|with|insert|update|delete|UNLISTEN|LISTEN|; ?reset) .*|.*pg_catalog\\..*|.*\\bpg_\\w+\\(.*|pg_\\w+|.* from \\w+ where .*");

    /** The log's schema as the engine writes it where the constants say {@code ${log}}. */
    static final String LOG = "\"pgpubsub\"";

    private SqlConstants() {}

    /** Whether a class belongs to the kept messages. */
    static boolean isOfTheLog(String file) {
        return file.contains("internal/log/");
    }

    /** The SQL, with the class file that has it. A backslash stands for an inserted part. */
    static Map<String, String> all() throws IOException, URISyntaxException {
        Map<String, String> all = new TreeMap<>();
        for (Class<?> part : List.of(PgPubSub.class, PgPubSubComponent.class)) {
            addAll(Path.of(part.getProtectionDomain().getCodeSource().getLocation().toURI()), all);
        }
        return all;
    }

    /** @param classes a folder or a jar */
    private static void addAll(Path classes, Map<String, String> all) throws IOException {
        if (Files.isDirectory(classes)) {
            addAllBelow(classes, all);
            return;
        }
        try (FileSystem jar = FileSystems.newFileSystem(classes)) {
            addAllBelow(jar.getPath("/"), all);
        }
    }

    private static void addAllBelow(Path folder, Map<String, String> all) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
                for (String text : strings(file)) {
                    if (SQL.matcher(text).matches()) {
                        all.put(text, file.toString());
                    }
                }
            }
        }
    }

    /** The Java Virtual Machine Specification, 4.4 The Constant Pool. */
    private static List<String> strings(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(file)))) {
            in.skipNBytes(8);
            int count = in.readUnsignedShort();
            String[] texts = new String[count];
            List<Integer> strings = new ArrayList<>();
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case 1 -> texts[i] = in.readUTF();
                    case 8 -> strings.add(in.readUnsignedShort());
                    case 7, 16, 19, 20 -> in.skipNBytes(2);
                    case 15 -> in.skipNBytes(3);
                    case 5, 6 -> {
                        in.skipNBytes(8);
                        i++;
                    }
                    default -> in.skipNBytes(4);
                }
            }
            return strings.stream().map(each -> texts[each].replace('\u0001', '\\')).toList();
        }
    }
}

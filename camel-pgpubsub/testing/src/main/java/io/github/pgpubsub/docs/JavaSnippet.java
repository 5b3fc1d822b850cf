package io.github.pgpubsub.docs;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Java of a page: what a method holds, with imports before it where it needs more than java.util. */
final class JavaSnippet {

    private static final String NAME = "Snippet";

    private JavaSnippet() {}

    /**
     * @param type   Camel's RouteBuilder, which is not on the class path here: the snippet is its configure()
     * @param folder for the classes, which may be loaded as long as it exists
     */
    static <T> T compile(Class<T> type, String snippet, Path folder) throws Exception {
        return compile(type, "extends " + type.getName(), "void configure()", snippet, folder);
    }

    /** @param folder for the classes, which may be loaded as long as it exists */
    static Callable<?> program(String snippet, Path folder) throws Exception {
        return compile(Callable.class, "implements " + Callable.class.getName() + "<Object>", "Object call()",
                snippet + "\nreturn null;", folder);
    }

    private static <T> T compile(Class<T> type, String parent, String method, String snippet, Path folder) throws Exception {
        compileSource(source(parent, method, snippet), folder);
        // Not closed: the route's lambdas are loaded when it runs.
        ClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, JavaSnippet.class.getClassLoader());
        return type.cast(loader.loadClass(NAME).getConstructor().newInstance());
    }

    private static String source(String parent, String method, String snippet) {
        Predicate<String> isImport = line -> line.startsWith("import ");
        String imports = snippet.lines().filter(isImport).collect(Collectors.joining("\n"));
        String body = snippet.lines().filter(isImport.negate()).collect(Collectors.joining("\n"));
        return """
                import java.util.*;
                %s
                public class %s %s {
                    public %s throws Exception {
                %s
                    }
                }
                """.formatted(imports, NAME, parent, method, body);
    }

    private static void compileSource(String source, Path folder) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> messages = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(messages, null, null)) {
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(folder));
            // Surefire may have started this JVM with one jar that only names the others.
            String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            List<String> options = List.of("-cp", classPath, "-proc:none");
            if (!compiler.getTask(null, files, messages, options, null, List.of(file(source))).call()) {
                throw new AssertionError(messages.getDiagnostics().stream().map(Diagnostic::toString)
                        .collect(Collectors.joining("\n", "", "\n" + source)));
            }
        }
    }

    private static JavaFileObject file(String source) {
        return new SimpleJavaFileObject(URI.create("string:///" + NAME + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
    }
}

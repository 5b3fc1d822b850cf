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

/** A Java snippet of a page: the body of a method, after imports of anything outside java.util. */
final class JavaSnippet {

    private static final String NAME = "Snippet";
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    /** Never closed: it keeps the contents of all jars of the class path, which take longer to read than a snippet to compile. */
    private static final StandardJavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null);

    private JavaSnippet() {}

    /**
     * @param type   Camel's RouteBuilder, whose configure() is the snippet; a parameter, because Camel is not on this class path
     * @param folder for the class files; must exist as long as classes are loaded
     */
    static <T> T compile(Class<T> type, String snippet, Path folder) throws Exception {
        return compile(type, "extends " + type.getName(), "void configure()", snippet, folder);
    }

    /** @param folder for the class files; must exist as long as classes are loaded */
    static Callable<?> program(String snippet, Path folder) throws Exception {
        return compile(Callable.class, "implements " + Callable.class.getName() + "<Object>", "Object call()",
                snippet + "\nreturn null;", folder);
    }

    private static <T> T compile(Class<T> type, String parent, String method, String snippet, Path folder) throws Exception {
        compileSource(source(parent, method, snippet), folder);
        // Not closed: the route's lambda classes are loaded only when the route runs.
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

    private static synchronized void compileSource(String source, Path folder) throws IOException {
        FILES.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(folder));
        // Surefire may start this JVM with a single jar whose manifest names the class path.
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> options = List.of("-cp", classPath, "-proc:none");
        DiagnosticCollector<JavaFileObject> messages = new DiagnosticCollector<>();
        if (!COMPILER.getTask(null, FILES, messages, options, null, List.of(file(source))).call()) {
            throw new AssertionError(messages.getDiagnostics().stream().map(Diagnostic::toString)
                    .collect(Collectors.joining("\n", "", "\n" + source)));
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

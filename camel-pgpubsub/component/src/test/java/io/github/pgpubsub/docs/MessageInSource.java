package io.github.pgpubsub.docs;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A text that main code logs as a warning or an error, or gives an exception.
 *
 * @param file class that has the text
 * @param kind level, or type of the exception
 * @param text with … for each part that is known only when the code runs
 */
record MessageInSource(String file, String kind, String text) {

    /** What stands for the parts that are known only when the code runs. */
    static final String UNKNOWN = "…";

    /** Methods that log their first argument, or give it to the exception handler. */
    private static final Set<String> LOGGING = Set.of("complain", "report");

    /** All of them in the given folders; texts without any fixed word are left out. */
    static List<MessageInSource> in(List<Path> folders) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path folder : folders) {
            try (Stream<Path> tree = Files.walk(folder)) {
                tree.filter(file -> file.toString().endsWith(".java")).sorted().forEach(files::add);
            }
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<MessageInSource> messages = new ArrayList<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null,
                    manager.getJavaFileObjectsFromPaths(files));
            for (CompilationUnitTree unit : task.parse()) {
                Constants constants = new Constants();
                constants.scan(unit, null);
                String name = Path.of(unit.getSourceFile().toUri()).getFileName().toString();
                new Texts(name, constants.texts, messages).scan(unit, null);
            }
        }
        return messages;
    }

    /** The constants of a file that are built of literals. */
    private static final class Constants extends TreeScanner<Void, Void> {

        final Map<String, ExpressionTree> texts = new HashMap<>();

        @Override
        public Void visitVariable(VariableTree variable, Void unused) {
            if (variable.getInitializer() != null && "String".equals(String.valueOf(variable.getType()))) {
                texts.put(variable.getName().toString(), variable.getInitializer());
            }
            return super.visitVariable(variable, null);
        }
    }

    private static final class Texts extends TreeScanner<Void, Void> {

        private final String file;
        private final Map<String, ExpressionTree> constants;
        private final List<MessageInSource> messages;
        private String enclosing = "";

        Texts(String file, Map<String, ExpressionTree> constants, List<MessageInSource> messages) {
            this.file = file;
            this.constants = constants;
            this.messages = messages;
        }

        @Override
        public Void visitClass(ClassTree type, Void unused) {
            String outer = enclosing;
            enclosing = type.getSimpleName().toString();
            super.visitClass(type, null);
            enclosing = outer;
            return null;
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
            String method = call.getMethodSelect().toString();
            String name = call.getMethodSelect() instanceof MemberSelectTree select ? select.getIdentifier().toString() : method;
            if (method.equals("LOG.warn") || method.equals("LOG.error")) {
                add(name.toUpperCase(Locale.ROOT), call.getArguments());
            } else if (LOGGING.contains(name)) {
                add("ERROR", call.getArguments());
            } else if (method.equals("super") && enclosing.endsWith("Exception")) {
                add(enclosing, call.getArguments());
            }
            return super.visitMethodInvocation(call, null);
        }

        @Override
        public Void visitNewClass(NewClassTree created, Void unused) {
            String type = created.getIdentifier().toString();
            if (type.endsWith("Exception")) {
                // Some exceptions of Camel have the endpoint's URI before the message.
                add(type, type.equals("ResolveEndpointFailedException") || type.equals("NoSuchEndpointException")
                        ? created.getArguments().subList(1, created.getArguments().size()) : created.getArguments());
            }
            return super.visitNewClass(created, null);
        }

        private void add(String kind, List<? extends ExpressionTree> arguments) {
            if (!arguments.isEmpty()) {
                Stream<String> texts = texts(arguments.get(0));
                for (ExpressionTree argument : arguments.subList(1, arguments.size())) {
                    List<String> values = texts(argument).toList();
                    texts = texts.flatMap(text -> values.stream().map(value -> filled(text, value)));
                }
                texts.map(text -> text.replace("{}", UNKNOWN).replaceAll(UNKNOWN + "+", UNKNOWN)).distinct()
                        .filter(text -> text.chars().anyMatch(Character::isLetter))
                        .forEach(text -> messages.add(new MessageInSource(file, kind, text)));
            }
        }

        /** Fills the logger's next placeholder. */
        private static String filled(String text, String value) {
            int next = text.indexOf("{}");
            return next < 0 ? text : text.substring(0, next) + value + text.substring(next + 2);
        }

        /** One text for each way through the conditions. */
        private Stream<String> texts(Tree expression) {
            if (expression instanceof LiteralTree literal) {
                return Stream.of(String.valueOf(literal.getValue()));
            } else if (expression instanceof BinaryTree sum && sum.getKind() == Tree.Kind.PLUS) {
                return texts(sum.getLeftOperand())
                        .flatMap(left -> texts(sum.getRightOperand()).map(right -> left + right));
            } else if (expression instanceof ParenthesizedTree inner) {
                return texts(inner.getExpression());
            } else if (expression instanceof ConditionalExpressionTree either) {
                return Stream.concat(texts(either.getTrueExpression()), texts(either.getFalseExpression()));
            } else if (expression instanceof IdentifierTree name && constants.containsKey(name.getName().toString())) {
                return texts(constants.get(name.getName().toString()));
            }
            return Stream.of(UNKNOWN);
        }
    }
}

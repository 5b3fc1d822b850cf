package io.github.pgpubsub.examples.hello;

import java.io.File;
import java.util.Arrays;

/** The text at the start: this process's name, and what to try next. */
final class Welcome {

    private Welcome() {}

    static String atSharedServer(String name, Scenario scenario, String url) {
        return text(name, scenario, onPath("psql")
                ? "psql '%s' -c \"%s\"".formatted(url.substring("jdbc:".length()), scenario.sql().replace("\"", "\\\""))
                : "examples/hello/run --scenario %s --send hi".formatted(scenario.flag()));
    }

    static String atOwnServer(String name, Scenario scenario) {
        return text(name, scenario, scenario.sql() + "; in any session of that database");
    }

    private static String text(String name, Scenario scenario, String fromOutside) {
        return """

                This is %s, process %d. Scenario %s: %s.

                Try next:
                  more processes  the same command in a second and a third terminal
                  a take-over     stop this process with Ctrl-C or kill -9 %2$d
                  plain SQL       %s
                  all receive     examples/hello/run --scenario all   (scenarios: %s)
                  all flags       examples/hello/run --help

                """.formatted(name, ProcessHandle.current().pid(), scenario.flag(), scenario.meaning(), fromOutside,
                Scenario.flags());
    }

    private static boolean onPath(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> new File(folder, program).canExecute());
    }
}

package io.github.pgpubsub.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.Driver;

class SharedClassesTest {

    @TempDir
    Path folder;

    /** An application that loads the driver. */
    static final class Application {

        private Application() {}

        public static void main(String[] arguments) {
            System.out.println(new Driver().getMajorVersion());
        }
    }

    @Test
    void aSecondApplicationTakesFromTheArchiveWhatTheFirstHasLoaded() throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        SharedClasses shared = new SharedClasses(folder.resolve("shared"), classPath);
        assertThat(shared.isThere()).isFalse();
        assertThat(shared.begin()).isTrue();
        assertThat(shared.begin()).as("one records").isFalse();
        run(shared, shared.record());
        shared.make();

        assertThat(shared.isThere()).isTrue();
        List<String> options = new ArrayList<>(shared.use());
        options.add("-Xlog:class+load:stdout");
        assertThat(run(shared, options)).containsPattern("org.postgresql.Driver source: shared objects file");
    }

    @Test
    void anotherClassPathHasAnotherArchive() throws Exception {
        SharedClasses one = new SharedClasses(folder, "classes" + File.pathSeparator + "a.jar");
        SharedClasses another = new SharedClasses(folder, "b.jar" + File.pathSeparator + "classes");
        assertThat(one.begin()).isTrue();
        assertThat(another.begin()).isTrue();
        assertThat(one.use()).isNotEqualTo(another.use());
        assertThat(one.classPath()).isEqualTo("a.jar" + File.pathSeparator + "classes");
    }

    private static String run(SharedClasses shared, List<String> options) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", shared.classPath(), Application.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}

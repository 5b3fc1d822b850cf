package io.github.pgpubsub.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.support.LoggedLines;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueueUsageTest {

    private final SessionView view = new SessionView();
    private final QueueUsage usage = new QueueUsage(view);
    private final LoggedLines log = LoggedLines.capture();

    @AfterEach
    void stopCapturing() {
        log.close();
    }

    @Test
    void eachFurtherQuarterIsToldOnce() {
        assertThat(toldAt(0, 0.24, 0.25, 0.3, 0.49, 0.5, 0.6, 0.75, 0.99, 1)).containsExactly(0.25, 0.5, 0.75, 1.0);
    }

    @Test
    void aJumpIsToldOnce() {
        assertThat(toldAt(0, 0.8, 0.81)).containsExactly(0.8);
    }

    @Test
    void aShareThatGoesUpAndDownAroundAQuarterIsToldOnce() {
        assertThat(toldAt(0.26, 0.24, 0.27, 0.2, 0.25, 0.13, 0.28, 0.52, 0.4, 0.51)).containsExactly(0.26, 0.52);
    }

    @Test
    void aQuarterIsToldAgainAfterAClearFall() {
        assertThat(toldAt(0.3, 0.12, 0.26)).containsExactly(0.3, 0.26);
        assertThat(toldAt(0.55, 0.3, 0.5, 0.1, 0.3)).containsExactly(0.55, 0.5, 0.3);
    }

    @Test
    void theShareIsShownToOtherThreads() {
        usage.observe(0.1, null);
        assertThat(view.status().queueUsage()).isEqualTo(0.1);
    }

    @Test
    void theSlowSubscriberIsNamedIfThereIsOne() {
        usage.observe(0.3, "route slow");
        assertThat(warnings()).singleElement().asString().contains("30 % full, because route slow does not keep up");
    }

    /** The shares at which a warning came. */
    private List<Double> toldAt(double... shares) {
        List<Double> told = new ArrayList<>();
        for (double share : shares) {
            int before = warnings().size();
            usage.observe(share, null);
            if (warnings().size() > before) {
                told.add(share);
            }
        }
        return told;
    }

    private List<String> warnings() {
        return log.lines().stream().filter(line -> line.startsWith("WARN")).toList();
    }
}

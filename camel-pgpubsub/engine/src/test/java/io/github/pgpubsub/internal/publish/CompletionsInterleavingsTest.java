package io.github.pgpubsub.internal.publish;

import io.github.pgpubsub.internal.delivery.Interleavings;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several threads call callbacks, and take over from a stuck one: each sender's callback is called once. */
@Timeout(300)
@Tag("interleavings")
class CompletionsInterleavingsTest {

    /** The second batch arrives just when the runner of the first batch has finished. */
    @Test
    void twoThatComplete() {
        Interleavings.of(() -> {
            AtomicIntegerArray told = new AtomicIntegerArray(2);
            Completions completions = new Completions(Runnable::run);
            Interleavings.together(
                    () -> completions.complete(List.of(outgoing(told, 0)), null),
                    () -> completions.complete(List.of(outgoing(told, 1)), null));
            Interleavings.check(eachOnce(told), told);
        });
    }

    /** The second batch arrives while the runner is taken for stuck. */
    @Test
    void twoThatCompleteAndOneThatWatches() {
        Interleavings.of(() -> {
            AtomicIntegerArray told = new AtomicIntegerArray(3);
            Completions completions = new Completions(Runnable::run);
            Interleavings.together(
                    () -> completions.complete(List.of(outgoing(told, 0)), null),
                    () -> completions.complete(List.of(outgoing(told, 1), outgoing(told, 2)), new Exception()),
                    () -> {
                        completions.watch();
                        completions.watch();
                    });
            Interleavings.check(eachOnce(told), told);
            Interleavings.check(completions.failed() == 2 && !completions.isBusy(), "busy");
        });
    }

    /** Either the sending thread continues or another one takes its place; never both, never neither. */
    @Test
    void aSendingThreadThatTellsAndOneThatWatches() {
        Interleavings.of(() -> {
            AtomicIntegerArray told = new AtomicIntegerArray(2);
            Completions completions = new Completions(Runnable::run);
            boolean[] goesOn = new boolean[1];
            int[] replacements = new int[1];
            Interleavings.together(
                    () -> goesOn[0] = completions.completeHere(List.of(outgoing(told, 0), outgoing(told, 1))),
                    () -> {
                        for (int i = 0; i < 3; i++) {
                            if (completions.watch()) {
                                replacements[0]++;
                            }
                        }
                    });
            Interleavings.check(eachOnce(told), told);
            Interleavings.check(replacements[0] == (goesOn[0] ? 0 : 1), goesOn[0] + ", " + replacements[0]);
        });
    }

    private static boolean eachOnce(AtomicIntegerArray told) {
        for (int i = 0; i < told.length(); i++) {
            if (told.get(i) != 1) {
                return false;
            }
        }
        return true;
    }

    private static OutgoingNotification outgoing(AtomicIntegerArray told, int number) {
        return new OutgoingNotification("channel", "payload", 0, failure -> told.incrementAndGet(number));
    }
}

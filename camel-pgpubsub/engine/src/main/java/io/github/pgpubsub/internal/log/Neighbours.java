package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.delivery.SerialExecutor;
import io.github.pgpubsub.internal.session.PromptSubscriber;
import io.github.pgpubsub.internal.session.SessionStream;
import io.github.pgpubsub.internal.subscription.Subscriptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Asks once, on the listening session, what others do with a channel; for a warning, so whatever fails is ignored. It stays attached to the
 * session until the answer, and at most for {@link #PATIENCE}.
 */
final class Neighbours implements PromptSubscriber {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Question question;
    private final Consumer<List<String>> answer;
    private final SerialExecutor callbacks;
    private final CompletableFuture<Subscriptions.Attachment> attachment = new CompletableFuture<>();
    private final long since = System.nanoTime();
    private boolean over;

    /** Sends requests, and passes on the answer. On the session's thread. */
    interface Question {
        void ask(SessionStream stream, Consumer<List<String>> found);
    }

    private Neighbours(Question question, Consumer<List<String>> answer, Executor callbacks) {
        this.question = question;
        this.answer = answer;
        this.callbacks = new SerialExecutor(callbacks);
    }

    /** @param answer called once by the executor, unless there is nothing to tell */
    static void ask(Subscriptions subscriptions, Question question, Consumer<List<String>> answer, Executor callbacks) {
        Neighbours asking = new Neighbours(question, answer, callbacks);
        asking.attachment.complete(subscriptions.attach(asking));
    }

    @Override
    public String name() {
        return "A question";
    }

    @Override
    public void connected(SessionStream stream) {
        question.ask(stream, this::end);
    }

    private void end(List<String> found) {
        if (over) {
            return;
        }
        over = true;
        // By this thread, or by the one that is just attaching: an executor that refuses would leave the session open.
        CompletableFuture<Void> unused = attachment.thenAccept(Subscriptions.Attachment::close);
        if (!found.isEmpty()) {
            callbacks.execute(() -> answer.accept(found));
        }
    }

    @Override
    public void tick() {
        if (System.nanoTime() - since > PATIENCE.toNanos()) {
            end(List.of());
        }
    }

    @Override
    public void gaveUp(Exception failure) {
        end(List.of());
    }

    @Override
    public void disconnected() {}

    @Override
    public void failed(Exception failure) {}
}

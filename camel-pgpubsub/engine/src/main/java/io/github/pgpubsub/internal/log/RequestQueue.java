package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.internal.log.reading.Ticket;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the groups ask the server for, in the order of their calls. Belongs to the reading thread. */
final class RequestQueue {

    /** Runs a request and returns what its answer does in the reader. */
    interface Request {
        Runnable run(LogConnection connection) throws SQLException;
    }

    /** @param tickets who waits for an answer, in order */
    record Pending(GroupEffects group, List<Ticket> tickets, Request request) {}

    private final Deque<Pending> requests = new ArrayDeque<>();
    /** Answers that are known without asking the server. */
    private final Deque<Runnable> answers = new ArrayDeque<>();

    /** @param ticket null: nobody waits for an answer */
    void add(GroupEffects group, @Nullable Ticket ticket, Request request) {
        requests.add(new Pending(group, ticket == null ? List.of() : List.of(ticket), request));
    }

    /** The request that would be run just before the next one, if it is this group's; null: it is not, or there is none. */
    @Nullable
    Request last(GroupEffects group) {
        Pending last = requests.peekLast();
        return last != null && last.group == group ? last.request : null;
    }

    /** The last request and another one are run as one, whose answer answers both. */
    void replaceLast(GroupEffects group, List<Ticket> tickets, Request both) {
        assert last(group) != null;
        requests.removeLast();
        requests.add(new Pending(group, tickets, both));
    }

    /** Has an answer that needs no server run soon, and before any further request. */
    void answer(Runnable answer) {
        answers.add(answer);
    }

    void runAnswers() {
        for (Runnable answer = answers.poll(); answer != null; answer = answers.poll()) {
            answer.run();
        }
    }

    boolean isEmpty() {
        return requests.isEmpty();
    }

    Pending next() {
        return requests.remove();
    }

    void clear() {
        requests.clear();
        answers.clear();
    }
}

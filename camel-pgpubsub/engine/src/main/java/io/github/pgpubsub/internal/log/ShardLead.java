package io.github.pgpubsub.internal.log;

import io.github.pgpubsub.status.GroupMember;
import io.github.pgpubsub.status.SubscriptionStatus;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lead of one of several shards. A member that can't read one of them is not asked to try the others. */
final class ShardLead implements Lead {

    private final Lead elected;
    private final Runnable onResigned;

    /** @param onResigned called by the thread that gives up the lead; must not block */
    ShardLead(Lead elected, Runnable onResigned) {
        this.elected = elected;
        this.onResigned = onResigned;
    }

    @Override
    public void start() throws SQLException, InterruptedException {
        elected.start();
    }

    @Override
    public boolean isLeading() {
        return elected.isLeading();
    }

    @Override
    public boolean mayProcess() {
        return elected.mayProcess();
    }

    @Override
    public long term() {
        return elected.term();
    }

    @Override
    public void resign(String reason) {
        elected.resign(reason);
        onResigned.run();
    }

    @Override
    public @Nullable SubscriptionStatus status() {
        return elected.status();
    }

    @Override
    public List<GroupMember> members() throws SQLException, InterruptedException {
        return elected.members();
    }

    @Override
    public void close() {
        elected.close();
    }
}

package io.github.pgpubsub.internal.session;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Records its calls. */
class RecordingSubscriber implements Subscriber {

    final List<String> told = new ArrayList<>();
    private final String name;
    /** Number of further notifications that it has room for. */
    int room = Integer.MAX_VALUE;
    boolean busy = true;

    RecordingSubscriber(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void connected(SessionStream stream) {
        told.add("connected");
    }

    @Override
    public void disconnected() {
        told.add("disconnected");
    }

    @Override
    public void received(Notification notification) {
        room--;
        told.add(notification.payload() + (notification.own() ? ", own" : ""));
    }

    @Override
    public void handOn() {
        told.add("hand on");
    }

    @Override
    public boolean ready() {
        return room > 0;
    }

    @Override
    public void tick() {
        told.add("tick");
    }

    @Override
    public boolean isBusy() {
        return busy;
    }

    @Override
    public Sign signOfLife(int auxiliary) {
        return null;
    }

    @Override
    public void failed(Exception failure) {
        told.add("failed: " + failure.getMessage());
    }

    @Override
    public void refused(SQLException refusal) {
        told.add("refused: " + refusal.getMessage());
    }

    @Override
    public void granted() {
        told.add("granted");
    }

    @Override
    public void gaveUp(Exception failure) {
        told.add("gave up");
    }
}

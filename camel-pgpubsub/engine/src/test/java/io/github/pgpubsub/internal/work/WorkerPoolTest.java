package io.github.pgpubsub.internal.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads that crews share: as many as have work, whatever the others do. */
@Timeout(120)
class WorkerPoolTest {

    private static final int MANY = 100;

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<Crew> crews = new ArrayList<>();
    /** Whether threads can't be started. */
    private volatile boolean lacking;
    /** Threads that seem to have ended, though they could not say so. */
    private final Set<Thread> dead = ConcurrentHashMap.newKeySet();
    private final WorkerPool pool = new WorkerPool("test", this::thread, Duration.ofMillis(100).toNanos());

    private Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name) {
            @Override
            public synchronized void start() {
                if (lacking) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                super.start();
            }

            @Override
            public State getState() {
                return dead.contains(this) ? State.TERMINATED : super.getState();
            }
        };
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    @AfterEach
    void noThreadIsLeft() {
        lacking = false;
        crews.forEach(Crew::leave);
        await().untilAsserted(() -> assertThat(alive()).isEmpty());
    }

    private List<String> alive() {
        return threads.stream().filter(Thread::isAlive).map(Thread::getName).toList();
    }

    private Pieces open(int workers, Pieces.Handler handler) {
        Pieces pieces = Pieces.open(pool, workers, handler);
        crews.add(pieces.crew);
        return pieces;
    }

    @Test
    void crewsWithNothingToDoHoldNoThread() {
        AtomicInteger handled = new AtomicInteger();
        List<Pieces> all = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            all.add(open(10, piece -> handled.incrementAndGet()));
        }
        all.forEach(each -> each.put(1));
        await().until(() -> handled.get() == MANY);
        await().untilAsserted(() -> assertThat(alive()).containsExactlyInAnyOrder("test worker", "test supervisor"));
        assertThat(crews).allMatch(Crew::isAlive);
    }

    /** None of them could go on if one did not get a thread. */
    @Test
    void eachCrewGetsAThreadThoughAllOthersAreBlocked() throws Exception {
        CountDownLatch inside = new CountDownLatch(MANY);
        CountDownLatch goOn = new CountDownLatch(1);
        for (int i = 0; i < MANY; i++) {
            open(1, piece -> {
                inside.countDown();
                goOn.await();
            }).put(1);
        }
        assertThat(inside.await(60, TimeUnit.SECONDS)).as("%s did not come", inside.getCount()).isTrue();
        goOn.countDown();
        await().untilAsserted(() -> assertThat(alive()).as("the others are not needed any more").hasSize(2));
    }

    @Test
    void eachWorkerOfACrewGetsAThread() throws Exception {
        CountDownLatch inside = new CountDownLatch(MANY);
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch goOn = new CountDownLatch(1);
        Pieces pieces = open(MANY, piece -> {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            inside.countDown();
            goOn.await();
            atOnce.decrementAndGet();
        });
        for (int i = 0; i < 3 * MANY; i++) {
            pieces.put(i);
        }
        assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();
        goOn.countDown();
        assertThat(most.get()).isEqualTo(MANY);
    }

    @Test
    void oneWorkerKeepsTheOrderWhateverThreadsItGets() {
        List<List<Integer>> handled = new ArrayList<>();
        List<Pieces> all = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            List<Integer> mine = Collections.synchronizedList(new ArrayList<>());
            handled.add(mine);
            int slow = i % 10;
            all.add(open(1, piece -> {
                // Others hold threads up, so that crews change threads.
                if (slow == 0 && piece % 50 == 0) {
                    TimeUnit.MILLISECONDS.sleep(2);
                }
                mine.add(piece);
            }));
        }
        List<Integer> expected = new ArrayList<>();
        for (int piece = 0; piece < 500; piece++) {
            expected.add(piece);
            for (Pieces each : all) {
                each.put(piece);
            }
        }
        await().untilAsserted(() -> assertThat(handled).allMatch(expected::equals));
    }

    @Test
    void aCrewThatHasAlwaysWorkKeepsNobodyWaiting() throws Exception {
        CountDownLatch others = new CountDownLatch(MANY);
        Pieces[] endless = new Pieces[1];
        endless[0] = open(1, piece -> endless[0].put(piece));
        endless[0].put(1);
        for (int i = 0; i < MANY; i++) {
            open(1, piece -> others.countDown()).put(1);
        }
        assertThat(others.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void workThatFailsIsDoneAgain() {
        AtomicInteger calls = new AtomicInteger();
        Pieces pieces = open(1, piece -> {
            if (calls.incrementAndGet() == 1) {
                throw new IllegalArgumentException("the first time");
            }
        });
        pieces.put(1);
        pieces.put(2);
        await().until(() -> calls.get() == 2);
    }

    @Test
    void anAlarmCalls() {
        CountDownLatch looked = new CountDownLatch(3);
        Crew[] crew = new Crew[1];
        crew[0] = new Crew(pool, "test", 1, () -> {
            looked.countDown();
            if (looked.getCount() > 0) {
                crew[0].callIn(TimeUnit.MILLISECONDS.toNanos(10));
            }
            return false;
        });
        crews.add(crew[0]);
        crew[0].open();
        crew[0].call(1);
        await().until(() -> looked.getCount() == 0);
    }

    @Test
    void whoHasBegunFinishesAndIsWaitedFor() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<Integer> handled = new CopyOnWriteArrayList<>();
        Pieces pieces = open(1, piece -> {
            begun.countDown();
            goOn.await();
            handled.add(piece);
        });
        pieces.put(1);
        pieces.put(2);
        begun.await();
        pieces.crew.leave();
        assertThat(pieces.crew.awaitLeft(TimeUnit.MILLISECONDS.toNanos(20))).isFalse();
        goOn.countDown();
        assertThat(pieces.crew.awaitLeft(TimeUnit.SECONDS.toNanos(60))).isTrue();
        assertThat(handled).containsExactly(1);
    }

    @Test
    void anInterruptEndsWhatIsBlocked() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Pieces pieces = open(1, piece -> {
            begun.countDown();
            new CountDownLatch(1).await();
        });
        pieces.put(1);
        begun.await();
        assertThat(pieces.crew.isOwnThread()).isFalse();
        pieces.crew.leave();
        pieces.crew.interrupt();
        assertThat(pieces.crew.awaitLeft(TimeUnit.SECONDS.toNanos(60))).isTrue();
    }

    @Test
    void aWorkerDoesNotWaitForItself() {
        List<Object> seen = new CopyOnWriteArrayList<>();
        Pieces[] pieces = new Pieces[1];
        pieces[0] = open(1, piece -> {
            seen.add(pieces[0].crew.isOwnThread());
            pieces[0].crew.leave();
            seen.add(pieces[0].crew.awaitLeft(TimeUnit.HOURS.toNanos(1)));
        });
        pieces[0].put(1);
        await().untilAsserted(() -> assertThat(seen).containsExactly(true, true));
    }

    /** A crew that gets no thread says so, and gets one when there are threads again. */
    @Test
    void aCrewIsDesertedWhileThreadsAreLacking() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        Pieces blocks = open(1, piece -> {
            begun.countDown();
            goOn.await();
        });
        Pieces needs = open(1, piece -> handled.incrementAndGet());
        blocks.put(1);
        begun.await();
        lacking = true;
        needs.put(1);
        await().until(needs.crew::isDeserted);
        assertThat(needs.crew.isAlive()).isFalse();
        assertThat(blocks.crew.isDeserted()).as("it has a thread").isFalse();
        assertThat(blocks.crew.isAlive()).isTrue();
        assertThat(handled.get()).isZero();
        lacking = false;
        await().until(() -> handled.get() == 1);
        assertThat(needs.crew.isDeserted()).isFalse();
        goOn.countDown();
    }

    /** An error of the VM can't be caught everywhere. Those that take the dead thread's place may die, too. */
    @Test
    void theTurnOfAThreadThatDiesIsAnothers() {
        CountDownLatch over = new CountDownLatch(1);
        List<Integer> handled = new CopyOnWriteArrayList<>();
        Pieces pieces = open(1, piece -> {
            if (piece < 3) {
                dead.add(Thread.currentThread());
                over.await();
            }
            handled.add(piece);
        });
        for (int piece = 0; piece < 5; piece++) {
            pieces.put(piece);
        }
        await().until(() -> {
            pieces.crew.replaceEndedThreads();
            return handled.equals(List.of(3, 4));
        });
        assertThat(dead).hasSize(3);
        assertThat(pieces.crew.isAlive()).isTrue();
        pieces.crew.leave();
        over.countDown();
    }

    @Test
    void withoutAnyThreadThePoolDoesNotOpen() {
        lacking = true;
        Pieces pieces = new Pieces(pool, 1, piece -> {});
        // An OutOfMemoryError would end the JVM of the tests.
        assertThat(catchThrowable(pieces.crew::open)).isInstanceOf(OutOfMemoryError.class);
        assertThat(pieces.crew.isLeaving()).isTrue();
        Pieces somehow = new Pieces(pool, 1, piece -> {});
        crews.add(somehow.crew);
        somehow.crew.openSomehow();
        assertThat(somehow.crew.isDeserted()).isTrue();
        lacking = false;
        await().until(() -> {
            somehow.crew.replaceEndedThreads();
            return !somehow.crew.isDeserted() && somehow.crew.isAlive();
        });
    }

    @Test
    void aPoolThatWasLeftOpensAgain() {
        for (int i = 0; i < 200; i++) {
            AtomicInteger handled = new AtomicInteger();
            Pieces pieces = open(1, piece -> handled.incrementAndGet());
            pieces.put(1);
            await().pollInterval(Duration.ofMillis(1)).until(() -> handled.get() == 1);
            pieces.crew.leave();
        }
    }
}

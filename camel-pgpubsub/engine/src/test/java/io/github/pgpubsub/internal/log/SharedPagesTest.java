package io.github.pgpubsub.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.internal.log.Siblings.Sibling;
import io.github.pgpubsub.internal.log.reading.Bound;
import io.github.pgpubsub.internal.log.reading.Page;
import io.github.pgpubsub.internal.log.reading.PageRequest;
import io.github.pgpubsub.internal.log.reading.PageRequest.Part;
import io.github.pgpubsub.internal.log.reading.Snapshot;
import io.github.pgpubsub.internal.log.reading.Window;
import io.github.pgpubsub.kept.KeptMessageId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shards read a window together, each in its own pace; any of them may go on by itself at any time. */
class SharedPagesTest {

    private static final int SHARDS = 5;
    private static final long DONE = 100;
    private static final Window WINDOW = new Window(bound(DONE), bound(400));

    private final BufferLimit memory = new BufferLimit(1 << 20);

    private static Bound bound(long maxId) {
        return new Bound(new Snapshot("of " + maxId), maxId, maxId);
    }

    /** A window's rows, of which some are stragglers', and who asks for them as a reader does. */
    private static final class Reader {

        final Sibling sibling;
        final List<Long> got = new ArrayList<>();
        Part part = WINDOW.firstPart(0);
        long after = WINDOW.before(part, 0);
        boolean exhausted;
        boolean alone;

        Reader(int shard) {
            sibling = new Sibling(shard);
        }

        /** Step 0 finds that so many are complete. */
        void beginAnew(int complete) {
            got.subList(complete, got.size()).clear();
            long lastId = complete == 0 ? 0 : got.get(complete - 1);
            part = WINDOW.firstPart(lastId);
            after = WINDOW.before(part, lastId);
        }

        void read(Page<KeptRow> page) {
            part = page.part();
            for (Page.Row<KeptRow> row : page.rows()) {
                assertThat(row.id().id()).isGreaterThan(after);
                after = row.id().id();
                got.add(after);
            }
            after = WINDOW.before(part, after);
            if (page.last() && part == Part.STRAGGLERS) {
                part = Part.REST;
                after = WINDOW.before(part, after);
            } else {
                exhausted = page.last();
            }
        }
    }

    private static List<Page.Row<KeptRow>> rows(Random random) {
        return random.longs(random.nextInt(200), 1, 400).distinct().sorted()
                .mapToObj(id -> new Page.Row<>(new KeptMessageId(id, id),
                        new KeptRow(null, "", null, null, null, false, random.nextInt(1024)), 1 + random.nextInt(20)))
                .toList();
    }

    private static Page<KeptRow> answer(List<Page.Row<KeptRow>> rows, Set<Integer> shards, PageRequest request) {
        List<Page.Row<KeptRow>> found = rows.stream().filter(row -> shards.contains(row.message().shard(SHARDS)))
                .filter(row -> row.id().id() > request.after()).toList();
        List<Page.Row<KeptRow>> stragglers = limited(found.stream().filter(row -> row.id().id() <= DONE).toList(), request);
        List<Page.Row<KeptRow>> rest = limited(found.stream().filter(row -> row.id().id() > DONE).toList(), request);
        boolean last = rest.size() < request.rows();
        if (request.part() == Part.REST) {
            return new Page<>(rest, Part.REST, last);
        }
        return new PageLimits(request.rows(), request.bytes()).both(
                new Page<>(stragglers, Part.STRAGGLERS, stragglers.size() < request.rows()), new Page<>(rest, Part.REST, last));
    }

    private static List<Page.Row<KeptRow>> limited(List<Page.Row<KeptRow>> rows, PageRequest request) {
        return rows.stream().limit(request.rows()).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void eachShardGetsItsRowsInOrder(int part) {
        for (int seed = part * 1000; seed < part * 1000 + 1000; seed++) {
            Random random = new Random(seed);
            List<Page.Row<KeptRow>> rows = rows(random);
            List<Reader> readers = IntStream.range(0, SHARDS).mapToObj(Reader::new).toList();
            Set<Sibling> takers = new LinkedHashSet<>();
            readers.forEach(each -> takers.add(each.sibling));
            SharedPages shared = new SharedPages(WINDOW, SHARDS, takers, memory);
            while (readers.stream().anyMatch(each -> !each.exhausted)) {
                Reader reader = readers.get(random.nextInt(SHARDS));
                if (!reader.exhausted) {
                    step(reader, shared, rows, random);
                }
            }
            for (Reader each : readers) {
                assertThat(each.got).as("shard %d, seed %d", each.sibling.shard, seed).isEqualTo(rows.stream()
                        .filter(row -> row.message().shard(SHARDS) == each.sibling.shard).map(row -> row.id().id()).toList());
            }
            assertThat(shared.isOver()).isTrue();
            assertThat(memory.held()).as("seed %d", seed).isZero();
        }
    }

    private static void step(Reader reader, SharedPages shared, List<Page.Row<KeptRow>> rows, Random random) {
        if (random.nextInt(40) == 0) {
            shared.leave(reader.sibling);
        } else if (random.nextInt(300) == 0) {
            shared.dissolve();
        }
        if (random.nextInt(40) == 0) {
            reader.beginAnew(random.nextInt(reader.got.size() + 1));
        }
        int most = 1 + random.nextInt(30);
        PageRequest request = new PageRequest(WINDOW, reader.part, reader.after, WINDOW.lastOf(reader.part), most,
                1 + random.nextInt(200));
        Page<KeptRow> page = shared.take(reader.sibling, request);
        if (page != null) {
            reader.read(page);
        } else if (!shared.isFor(reader.sibling)) {
            reader.read(answer(rows, Set.of(reader.sibling.shard), request));
        } else {
            PageRequest next = shared.next(most, 1000);
            shared.read(answer(rows, shared.shards(), next));
        }
    }
}

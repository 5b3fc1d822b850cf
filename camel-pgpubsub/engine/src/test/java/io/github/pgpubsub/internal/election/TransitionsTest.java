package io.github.pgpubsub.internal.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pgpubsub.BufferLimit;
import io.github.pgpubsub.docs.Pages;
import io.github.pgpubsub.status.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TransitionsTest {

    private static final Path STORY = Path.of("src/main/java/io/github/pgpubsub/internal/election/package-info.java");
    private static final Pattern ROW = Pattern.compile("^ \\* {3}([A-Z_]+) +→ (.*)$", Pattern.MULTILINE);

    private static final Pattern ARROW = Pattern.compile("^ +([A-Z_]+) --> ([A-Z_]+): ", Pattern.MULTILINE);

    @Test
    void thePackageTellsWhichRoleFollowsWhich() throws IOException {
        Map<Role, Set<Role>> told = ROW.matcher(Files.readString(STORY)).results()
                .collect(Collectors.toMap(row -> Role.valueOf(row.group(1)), row -> Arrays.stream(row.group(2).split(", "))
                        .map(Role::valueOf).collect(Collectors.toCollection(TreeSet::new))));

        assertThat(told).isEqualTo(Arrays.stream(Role.values()).collect(Collectors.toMap(role -> role, Transitions::from)));
    }

    @Test
    void thePictureShowsPossibleChanges() throws IOException {
        List<MatchResult> arrows = ARROW.matcher(Files.readString(Pages.ROOT.resolve("docs/election.md"))).results().toList();

        assertThat(arrows).hasSizeGreaterThan(6).allSatisfy(arrow -> assertThat(Transitions.from(Role.valueOf(arrow.group(1))))
                .as(arrow.group()).contains(Role.valueOf(arrow.group(2))));
    }

    @Test
    void noOtherChangeOfRoleIsPossible() {
        Member<Long> member = new Member<>(new LeadOptions(Duration.ofSeconds(1), Duration.ZERO, 10), null,
                () -> new Entries<>(new BufferLimit(1), number -> 0), new SplittableRandom(1));

        assertThatThrownBy(() -> member.become(new Standby<>(member, new Following<>(member)), "by mistake"))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("DISCONNECTED").hasMessageContaining("STANDBY");
    }
}

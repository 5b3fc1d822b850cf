package io.github.pgpubsub;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.github.pgpubsub.internal.ConnectionFailure;
import io.github.pgpubsub.internal.Range;
import io.github.pgpubsub.internal.connection.Backoff;
import io.github.pgpubsub.internal.publish.TransactedNotify;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which package may depend on which. */
@AnalyzeClasses(packages = "io.github.pgpubsub", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** The classes of the top package that assemble the parts; all others there are types that are passed between parts. */
    private static final Set<String> DOOR = Stream.of("PgPubSub", "Settings", "Callbacks", "OnDemandPublisher")
            .map(name -> PgPubSub.class.getPackageName() + "." + name).collect(Collectors.toSet());

    /** The engine's internal classes that the component uses, and the reasons. */
    private static final Map<Class<?>, String> EXCEPTIONS = Map.of(
            TransactedNotify.class,
            "sends on the connection of a transaction that Spring or JTA has begun, which only the component knows",
            ConnectionFailure.class,
            "tells the failures that come again and again while there is no server, to log them in short",
            Backoff.class, "the one way to pause before another attempt to reach a server",
            Range.class, "the bounds of options stand once; URIs are checked against them before there is a connection");

    @ArchTest
    static final ArchRule theComponentUsesWhatIsPublic = noClasses()
            .that().resideInAPackage("io.github.pgpubsub.camel..")
            .should().dependOnClassesThat(resideInAPackage("io.github.pgpubsub.internal..").and(not(belongToAnyOf(
                    EXCEPTIONS.keySet().toArray(Class<?>[]::new)))));

    @ArchTest
    static final ArchRule packagesFormNoCycle = slices()
            .assignedFrom(new Floors())
            .should().beFreeOfCycles();

    @ArchTest
    static final ArchRule arrowsRunDown = layeredArchitecture().consideringOnlyDependenciesInLayers()
            .layer("component").definedBy("io.github.pgpubsub.camel..")
            .layer("door").definedBy(isTheDoor())
            .layer("log").definedBy("io.github.pgpubsub.internal.log..")
            .layer("subscription").definedBy("io.github.pgpubsub.internal.subscription")
            .layer("delivery").definedBy("io.github.pgpubsub.internal.delivery")
            .layer("work").definedBy("io.github.pgpubsub.internal.work")
            .layer("session").definedBy("io.github.pgpubsub.internal.session")
            .layer("publish").definedBy("io.github.pgpubsub.internal.publish")
            .layer("connection").definedBy("io.github.pgpubsub.internal.connection")
            .layer("election").definedBy("io.github.pgpubsub.internal.election")
            .whereLayer("component").mayNotBeAccessedByAnyLayer()
            .whereLayer("door").mayOnlyBeAccessedByLayers("component")
            .whereLayer("log").mayOnlyBeAccessedByLayers("door")
            .whereLayer("subscription").mayOnlyBeAccessedByLayers("door", "log")
            .whereLayer("delivery").mayOnlyBeAccessedByLayers("door", "subscription", "log")
            .whereLayer("work").mayOnlyBeAccessedByLayers("door", "subscription", "delivery", "log")
            .whereLayer("session").mayOnlyBeAccessedByLayers("door", "subscription", "delivery", "log")
            .whereLayer("publish").mayOnlyBeAccessedByLayers("door", "component", "log")
            .whereLayer("connection").mayOnlyBeAccessedByLayers("component", "door", "session", "publish", "log")
            .whereLayer("election").mayOnlyBeAccessedByLayers("door", "subscription", "delivery");

    @ArchTest
    static final ArchRule electingIsPureThought = classes()
            .that().resideInAPackage("io.github.pgpubsub.internal.election..")
            .should().onlyDependOnClassesThat().resideInAnyPackage("io.github.pgpubsub.internal.election..", "io.github.pgpubsub",
                    "io.github.pgpubsub.status", "java.lang..", "java.util..", "java.time..", "java.nio..", "java.security..",
                    "org.jspecify.annotations");

    @ArchTest
    static final ArchRule electingNeitherWaitsNorLocks = noClasses()
            .that().resideInAPackage("io.github.pgpubsub.internal.election..")
            .should().dependOnClassesThat(resideInAPackage("java.util.concurrent..").and(not(equivalentTo(TimeUnit.class))))
            .orShould().callMethod(System.class, "nanoTime")
            .orShould().callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule readingTheLogIsPureThought = classes()
            .that().resideInAPackage("io.github.pgpubsub.internal.log.reading..")
            .should().onlyDependOnClassesThat().resideInAnyPackage("io.github.pgpubsub.internal.log.reading..",
                    "io.github.pgpubsub.kept",
                    "java.lang..", "java.util..", "java.time..", "org.jspecify.annotations");

    @ArchTest
    static final ArchRule readingTheLogNeitherWaitsNorLocks = noClasses()
            .that().resideInAPackage("io.github.pgpubsub.internal.log.reading..")
            .should().dependOnClassesThat(resideInAPackage("java.util.concurrent..").and(not(equivalentTo(TimeUnit.class))))
            .orShould().callMethod(System.class, "nanoTime")
            .orShould().callMethod(System.class, "currentTimeMillis");

    /** The judge would share the engine's mistakes. Its module has no engine on its class path either. */
    @Test
    void theJudgeKnowsNothingOfWhatItJudges() {
        classes().that().resideInAPackage("io.github.pgpubsub.history..")
                .should().onlyDependOnClassesThat().resideInAnyPackage("io.github.pgpubsub.history..", "java..", "org.junit..",
                        "org.assertj..", "org.jspecify.annotations")
                .check(new ClassFileImporter().importPackages("io.github.pgpubsub.history"));
    }

    /** The top package assembles everything, so it depends on all packages below, while its public types are at the bottom. */
    private static DescribedPredicate<JavaClass> isTheDoor() {
        return describe("the door", each -> DOOR.contains(each.getName().replaceFirst("\\$.*", "")));
    }

    /** Slices are packages. In the top package, the assembling classes and the types passed between parts are separate slices. */
    private static final class Floors implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            if (!javaClass.getPackageName().startsWith("io.github.pgpubsub")) {
                return SliceIdentifier.ignore();
            }
            return SliceIdentifier.of(isTheDoor().test(javaClass) ? "the door" : javaClass.getPackageName());
        }

        @Override
        public String getDescription() {
            return "each floor";
        }
    }
}

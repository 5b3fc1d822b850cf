package io.github.pgpubsub;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
@AnalyzeClasses(packages = "io.github.pgpubsub", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule onlyTheComponentKnowsCamel = noClasses()
            .that().resideOutsideOfPackage("io.github.pgpubsub.camel..")
            .should().dependOnClassesThat().resideInAPackage("org.apache.camel..");

    @ArchTest
    static final ArchRule theEngineDoesNotKnowTheComponent = noClasses()
            .that().resideOutsideOfPackage("io.github.pgpubsub.camel..")
            .should().dependOnClassesThat().resideInAPackage("io.github.pgpubsub.camel..");

    @ArchTest
    static final ArchRule packagesFormNoCycle = slices()
            .assignedFrom(new EachPackage())
            .should().beFreeOfCycles();

    @ArchTest
    static final ArchRule electingIsPureThought = classes()
            .that().resideInAPackage("io.github.pgpubsub.lead..")
            .should().onlyDependOnClassesThat().resideInAnyPackage(
                    "io.github.pgpubsub.lead..", "java.lang..", "java.util..", "java.time..", "java.nio..", "java.security..");

    @ArchTest
    static final ArchRule electingNeitherWaitsNorLocks = noClasses()
            .that().resideInAPackage("io.github.pgpubsub.lead..")
            .should().dependOnClassesThat(resideInAPackage("java.util.concurrent..").and(not(equivalentTo(TimeUnit.class)))
                    .and(not(equivalentTo(AtomicLong.class))))
            .orShould().callMethod(System.class, "nanoTime")
            .orShould().callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule connectingKnowsNothingAboveIt = noClasses()
            .that().resideInAPackage("io.github.pgpubsub.connect..")
            .should().dependOnClassesThat().resideInAnyPackage(
                    "io.github.pgpubsub", "io.github.pgpubsub.session..", "io.github.pgpubsub.publish..",
                    "io.github.pgpubsub.lead..");

    @ArchTest
    static final ArchRule listeningAndPublishingDoNotKnowEachOther = noClasses()
            .that().resideInAPackage("io.github.pgpubsub.session..")
            .should().dependOnClassesThat().resideInAPackage("io.github.pgpubsub.publish..")
            .orShould().dependOnClassesThat().resideInAPackage("io.github.pgpubsub.lead..");

    /** It would share the engine's mistakes. */
    @Test
    void theJudgeKnowsNothingOfWhatItJudges() {
        classes().that().resideInAPackage("io.github.pgpubsub.history..")
                .should().onlyDependOnClassesThat().resideInAnyPackage("io.github.pgpubsub.history..", "java..", "org.junit..",
                        "org.assertj..")
                .check(new ClassFileImporter().importPackages("io.github.pgpubsub.history"));
    }

    /** The root package is one of the slices too, which a package pattern would leave out. */
    private static final class EachPackage implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return javaClass.getPackageName().startsWith("io.github.pgpubsub")
                    ? SliceIdentifier.of(javaClass.getPackageName()) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "each package";
        }
    }
}

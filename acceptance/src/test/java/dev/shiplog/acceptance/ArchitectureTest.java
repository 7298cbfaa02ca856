package dev.shiplog.acceptance;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The shape of the house, as the package table in {@code docs/ARCHITECTURE.md} draws it. */
@Tag("once")
class ArchitectureTest {
    private static final String[] PURE = {
        "dev.shiplog.journal.bytes",
        "dev.shiplog.journal.record",
        "dev.shiplog.journal.codec",
        "dev.shiplog.journal.retention",
        "dev.shiplog.timeline..",
        "dev.shiplog.replay.ecs",
        "dev.shiplog.replay.run",
        "dev.shiplog.replay.window"
    };
    private static final DescribedPredicate<JavaClass> MAIN =
            describe("a main", c -> c.getSimpleName().endsWith("Main"));

    private static JavaClasses shipped;

    @BeforeAll
    static void readClasses() {
        shipped = new ClassFileImporter()
                .importPaths(Stream.of("journal", "timeline", "recorder", "replay")
                        .map(module -> Path.of("..", module, "target", "classes"))
                        .toList());
    }

    static Stream<Arguments> libraries() {
        return Stream.of(
                Arguments.of("net.openhft..", List.of("dev.shiplog.journal")),
                Arguments.of(
                        "com.github.dockerjava..", List.of("dev.shiplog.recorder.engine", "dev.shiplog.recorder.http")),
                Arguments.of("com.google.re2j..", List.of("dev.shiplog.timeline", "dev.shiplog.timeline.redact")),
                Arguments.of("com.github.luben..", List.of("dev.shiplog.journal.file")),
                Arguments.of("org.apache.commons.compress..", List.of("dev.shiplog.journal.archive")),
                Arguments.of("java.net.http..", List.of("dev.shiplog.replay.ship")),
                Arguments.of("org.snakeyaml..", List.of("dev.shiplog.recorder")),
                Arguments.of("io.prometheus..", List.of("dev.shiplog.recorder.exposition")),
                Arguments.of("com.sun.net.httpserver..", List.of("dev.shiplog.recorder.exposition")),
                Arguments.of(
                        "picocli..",
                        List.of("dev.shiplog.recorder", "dev.shiplog.replay", "dev.shiplog.replay.command")),
                Arguments.of(
                        "com.fasterxml.jackson..",
                        List.of(
                                "dev.shiplog.journal.archive",
                                "dev.shiplog.journal.bytes",
                                "dev.shiplog.journal.record",
                                "dev.shiplog.journal.segment",
                                "dev.shiplog.timeline.json",
                                "dev.shiplog.timeline.payload",
                                "dev.shiplog.timeline.redact")));
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void eachLibraryStaysBehindItsPackage(String library, List<String> importers) {
        noClasses()
                .that()
                .resideOutsideOfPackages(importers.toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(shipped);
    }

    @Test
    void recorderAndReplayMeetOnlyInTimelineAndJournal() {
        slices().matching("dev.shiplog.(recorder|replay)..")
                .should()
                .notDependOnEachOther()
                .check(shipped);
        noClasses()
                .that()
                .resideInAnyPackage("dev.shiplog.journal..", "dev.shiplog.timeline..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.shiplog.recorder..", "dev.shiplog.replay..")
                .check(shipped);
        noClasses()
                .that()
                .resideInAPackage("dev.shiplog.journal..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.shiplog.timeline..")
                .check(shipped);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("dev.shiplog.(**)").should().beFreeOfCycles().check(shipped);
    }

    @Test
    void purePackagesTouchNoFileSocketThreadOrClock() {
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.nio.file..",
                                "java.nio.channels..",
                                "java.net..",
                                "java.util.concurrent..",
                                "java.lang.foreign..")
                        .or(describe("a file", c -> c.getName().matches("java\\.io\\.(File|RandomAccessFile).*")))
                        .or(type(Thread.class))
                        .or(type(Clock.class))
                        .or(type(InstantSource.class)))
                .orShould()
                .accessTargetWhere(readsTheClock())
                .check(shipped);
    }

    @Test
    void onlyTheMainsKnowTheProcess() {
        noClasses()
                .that(DescribedPredicate.not(MAIN))
                .should()
                .accessTargetWhere(readsTheClock().or(speaksForTheProcess()))
                .check(shipped);
    }

    @Test
    void publicMeansThatAnotherPackageNeedsIt() {
        classes()
                .that()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .and(DescribedPredicate.not(MAIN))
                .should(new ArchCondition<JavaClass>("be used by another package, or be package-private") {
                    @Override
                    public void check(JavaClass item, ConditionEvents events) {
                        boolean used = shipped.stream()
                                        .filter(c ->
                                                c.equals(item) || c.getName().startsWith(item.getName() + "$"))
                                        .flatMap(c -> c.getDirectDependenciesToSelf().stream())
                                        .anyMatch(d ->
                                                !d.getOriginClass().getPackage().equals(item.getPackage()))
                                || item.getMethodsWithReturnTypeOfSelf().stream()
                                        .anyMatch(
                                                method -> method.getModifiers().contains(JavaModifier.PUBLIC));
                        events.add(new SimpleConditionEvent(item, used, item.getName() + " is public for nobody"));
                    }
                })
                .check(shipped);
    }

    @Test
    void classesAreFinalUnlessExtended() {
        classes()
                .that()
                .areTopLevelClasses()
                .and()
                .areNotInterfaces()
                .should(new ArchCondition<JavaClass>("be final") {
                    @Override
                    public void check(JavaClass item, ConditionEvents events) {
                        boolean closed = item.getModifiers().contains(JavaModifier.FINAL)
                                || item.getModifiers().contains(JavaModifier.ABSTRACT)
                                || !item.getSubclasses().isEmpty();
                        events.add(new SimpleConditionEvent(item, closed, item.getName() + " is open for nobody"));
                    }
                })
                .check(shipped);
    }

    @Test
    void nullIsMarkedEverywhere() {
        classes()
                .should(new ArchCondition<JavaClass>("live in a package marked @NullMarked") {
                    @Override
                    public void check(JavaClass item, ConditionEvents events) {
                        events.add(new SimpleConditionEvent(
                                item,
                                item.getPackage().isAnnotatedWith(NullMarked.class),
                                item.getName() + " lives in a package that is not @NullMarked"));
                    }
                })
                .check(shipped);
    }

    /** The wall clock; elapsed time ({@code System.nanoTime}) is fit for use anywhere but in the pure packages. */
    private static DescribedPredicate<JavaAccess<?>> readsTheClock() {
        return describe("the wall clock", access -> {
            JavaClass owner = access.getTargetOwner();
            String name = access.getName();
            return owner.isEquivalentTo(Instant.class) && name.equals("now")
                    || owner.isEquivalentTo(System.class) && name.equals("currentTimeMillis");
        });
    }

    private static DescribedPredicate<JavaAccess<?>> speaksForTheProcess() {
        Set<String> names = Set.of("out", "err", "in", "exit");
        return describe(
                "System.out, err, in or exit",
                access -> access.getTargetOwner().isEquivalentTo(System.class) && names.contains(access.getName()));
    }
}

package dev.shiplog.replay.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.replay.verify.Chain.Link;
import dev.shiplog.replay.verify.Chain.Tip;
import dev.shiplog.replay.verify.Chain.Unread;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChainTest {
    private static final int RECORDS = 100;

    private final List<Link> links = new ArrayList<>();
    private final List<Unread> unread = new ArrayList<>();
    private final List<Tip> tips = new ArrayList<>();

    @Test
    void aWholeChainGivesNothing() {
        write(5);
        assertThat(check()).isEmpty();
    }

    @Test
    void namesEachThatIsMissingWithItsRecords() {
        write(9);
        links.remove(6);
        links.remove(3);
        links.remove(2);
        assertThat(check())
                .containsExactlyInAnyOrder(
                        "missing a5: archives 3 to 4 before it, of this chain (records 201 to 400)",
                        "missing a8: archive 7 before it, of this chain (records 601 to 700)");
    }

    @Test
    void namesOneThatWasExchanged() {
        write(5);
        links.set(2, link("a3", "other", 3, "another", 3));
        assertThat(check())
                .containsExactly("tampered a3: neither follows a2 nor is what the next archive names before it");
    }

    @Test
    void namesOneThatWasChangedAndSummedAnew() {
        write(5);
        links.set(2, link("a3", "other", 3, "d2", 3));
        assertThat(check()).containsExactly("tampered a3: is not the archive that a4 names before it");
    }

    @Test
    void namesBothWhereEitherMayBeTheChangedOne() {
        write(3);
        links.set(1, link("a2", "other", 2, "d1", 2));
        assertThat(check())
                .containsExactly("tampered a3: does not follow a2: one of the two is not the one that was written");
        tips.add(tip(file("state"), 3, "d3", 0, 0));
        assertThat(check()).containsExactly("tampered a2: is not the archive that a3 names before it");
    }

    @Test
    void namesOneThatWasPutBesideAnother() {
        write(5);
        links.add(link("b", "other", 3, "d2", 3));
        String finding = "tampered b: claims the place of a3: both name the same archive before them";
        assertThat(check()).containsExactly(finding);
        Collections.rotate(links, 1);
        assertThat(check()).containsExactly(finding);
    }

    @Test
    void namesOnesWithTheWrongNumber() {
        write(2);
        links.add(link("a3", "d3", 5, "d2", 3));
        links.add(link("b", "first", 4, null, 9));
        assertThat(check())
                .containsExactlyInAnyOrder(
                        "tampered a3: says that it is archive 5, but follows archive 2",
                        "tampered b: says that it is archive 4, but names none before it");
    }

    @Test
    void aChainThatBeginsLaterIsNoDamage() {
        write(5);
        links.remove(0);
        links.remove(0);
        assertThat(check()).containsExactly("note a3: begins at archive 3, and none here is before it");
        tips.add(tip(file("state"), 5, "d5", 0, 2));
        assertThat(check()).containsExactly("deleted a3: archives 1 to 2 before it: deleted by retention");
    }

    @Test
    void theStateOfTheTargetShowsThatItsBeginningIsGone() {
        write(5);
        tips.add(tip(file("state"), 5, "d5", 500, 0));
        links.subList(0, 2).clear();
        assertThat(check()).containsExactly("missing a3: archives 1 to 2 before it, by state (records 1 to 200)");
        tips.set(0, tip(file("state"), 5, "d5", 500, 1));
        assertThat(check()).containsExactly("missing a3: archive 2 before it, by state");
        unread.add(new Unread(file("a2"), first(2)));
        assertThat(check()).isEmpty();
        unread.clear();
        links.replaceAll(link -> in("/other", link));
        assertThat(check()).containsExactly("missing a3: archive 2 before it, by state");
        // What the state does not know is of another chain, and files that were named alone are no whole directory.
        tips.set(0, new Tip(file("state"), "j", 9, Set.of("d9"), 501, 900, 0));
        links.replaceAll(link -> in("/target", link));
        assertThat(check()).contains("note a3: begins at archive 3, and none here is before it");
        tips.set(0, new Tip(file("state"), null, 5, Set.of("d5"), 1, 500, 0));
        assertThat(check()).containsExactly("note a3: begins at archive 3, and none here is before it");
    }

    @Test
    void theStateOfTheTargetShowsThatTheChainWasShortened() {
        write(5);
        tips.add(tip(file("state"), 5, "d5", 0, 0));
        assertThat(check()).isEmpty();
        links.remove(4);
        links.remove(3);
        assertThat(check()).containsExactly("missing a3: archives 4 to 5 after it, by state");
        tips.set(0, tip(file("state"), 5, "d5", 500, 0));
        assertThat(check()).containsExactly("missing a3: archives 4 to 5 after it, by state (records 301 to 500)");
    }

    @Test
    void theStateOfTheTargetShowsThatTheLastWasChanged() {
        write(3);
        tips.add(tip(file("state"), 3, "d3", 0, 0));
        links.set(2, link("a3", "other", 3, "d2", 3));
        assertThat(check()).containsExactly("tampered a3: is not the archive that state names");
    }

    @Test
    void anOlderStateThanTheArchivesIsFine() {
        write(3);
        tips.add(tip(file("state"), 2, "d2", 0, 0));
        assertThat(check()).isEmpty();
    }

    @Test
    void oneThatCannotBeReadIsNotMissingAsWell() {
        write(5);
        links.remove(4);
        links.remove(2);
        unread.add(new Unread(file("a3"), first(3)));
        unread.add(new Unread(file("a5"), first(5)));
        tips.add(tip(file("state"), 5, "d5", 0, 0));
        assertThat(check()).isEmpty();
    }

    @Test
    void aCopyIsNamedAndCostsNothing() {
        write(3);
        links.add(link("copy", "d2", 2, "d1", 2));
        assertThat(check()).containsExactly("note copy: the same archive as a2");
    }

    @Test
    void twoTargetsOfOneJournalAreTwoChains() {
        write(4);
        for (int i = 1; i <= 3; i++) {
            links.add(link("b" + i, "e" + i, i, i == 1 ? null : "e" + (i - 1), i));
        }
        assertThat(check()).isEmpty();
    }

    @Test
    void aSignatureVouchesForWhatIsBeforeIt() {
        for (int i = 1; i <= 5; i++) {
            Link plain = link("a" + i, "d" + i, i, i == 1 ? null : "d" + (i - 1), i);
            links.add(i == 3 ? signed(plain) : plain);
        }
        assertThat(check()).isEmpty();
        assertThat(check(true))
                .containsExactlyInAnyOrder(
                        "unsigned a4: not signed, and no signed archive vouches for it",
                        "unsigned a5: not signed, and no signed archive vouches for it");
        links.set(1, link("a2", "other", 2, "d1", 2));
        assertThat(check(true)).contains("unsigned a1: not signed, and no signed archive vouches for it");
    }

    @Test
    void theStateOfTheTargetShowsThatNoArchiveIsLeft() {
        tips.add(tip(file("state"), 5, "d5", 500, 0));
        assertThat(check())
                .containsExactly("missing state: archives 1 to 5 of journal j should be here (records 1 to 500)");
        tips.set(0, tip(file("state"), 5, "d5", 500, 3));
        assertThat(check()).containsExactly("missing state: archives 4 to 5 of journal j should be here");
        unread.add(new Unread(file("a4"), first(4)));
        unread.add(new Unread(file("a5"), first(5)));
        assertThat(check()).isEmpty();
    }

    @Test
    void archivesThatWereMovedToAnotherDirectoryAreThere() {
        write(5);
        links.replaceAll(link -> in("/other", link));
        tips.add(tip(file("state"), 5, "d5", 500, 0));
        assertThat(check()).isEmpty();
        links.remove(4);
        assertThat(check()).containsExactly("missing a4: archive 5 after it, by state (records 401 to 500)");
        // A target of its own says nothing about the other.
        tips.add(tip(Path.of("/other/state"), 4, "d4", 400, 0));
        assertThat(check())
                .containsExactly("missing state: archives 1 to 5 of journal j should be here (records 1 to 500)");
    }

    private static Link in(String directory, Link link) {
        return in(directory, link, link.signature());
    }

    private static Link in(String directory, Link link, Signature signature) {
        return new Link(
                Path.of(directory).resolve(link.file().getFileName()),
                link.digest(),
                link.number(),
                link.previous(),
                link.first(),
                link.last(),
                link.received(),
                signature);
    }

    @Test
    void whatExpiredBetweenTwoIsNotMissing() {
        write(5);
        links.remove(1);
        tips.add(tip(file("state"), 5, "d5", 500, 2));
        assertThat(check())
                .containsExactly("deleted a3: archive 2 before it: deleted by retention (records 101 to 200)");
    }

    @Test
    void aSignatureThatIsCutOffVouchesForNothing() {
        write(2);
        links.set(1, in("/target", links.get(1), Signature.LOST));
        assertThat(check(true))
                .containsExactlyInAnyOrder(
                        "unsigned a2: its signature cannot be read, and no signed archive vouches for it",
                        "unsigned a1: not signed, and no signed archive vouches for it");
    }

    /** Harms chains in many places at once: exactly what was harmed is named, in whatever order the archives come. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatWasHarmedIsNamedAndNothingElse(long seed) {
        Random random = new Random(seed);
        for (int chain = 0; chain < 200; chain++) {
            links.clear();
            unread.clear();
            tips.clear();
            int length = 20 + random.nextInt(40);
            write(length);
            tips.add(tip(file("state"), length, "d" + length, 0, 0));
            Set<String> expected = new TreeSet<>();
            Set<Integer> gone = new HashSet<>();
            // Places far enough apart that one harm does not hide another.
            for (int n = 3 + random.nextInt(3); n < length - 3; n += 4 + random.nextInt(5)) {
                expected.addAll(harm(n, random, gone));
            }
            if (random.nextBoolean()) {
                gone.add(length);
                expected.add("missing a" + (length - 1));
            }
            links.removeIf(
                    link -> gone.contains((int) link.number()) && link.file().equals(file("a" + link.number())));
            Collections.shuffle(links, random);
            Set<String> found = check().stream()
                    .filter(line -> !line.startsWith("note "))
                    .map(line -> line.substring(0, line.indexOf(':')))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(found)
                    .as("seed %d, chain %d of %d archives", seed, chain, length)
                    .isEqualTo(expected);
        }
    }

    private List<String> harm(int n, Random random, Set<Integer> gone) {
        String file = "a" + n;
        switch (random.nextInt(6)) {
            case 0 -> {
                gone.add(n);
                return List.of("missing a" + (n + 1));
            }
            case 1 -> {
                links.set(n - 1, link(file, "x" + n, n, "y" + n, n));
                return List.of("tampered " + file);
            }
            case 2 -> {
                links.set(n - 1, link(file, "x" + n, n, "d" + (n - 1), n));
                return List.of("tampered " + file);
            }
            case 3 -> {
                links.add(link("b" + n, "x" + n, n, "d" + (n - 1), n));
                return List.of("tampered b" + n);
            }
            case 4 -> {
                links.add(link("b" + n, "d" + n, n, "d" + (n - 1), n));
                return List.of();
            }
            default -> {
                gone.add(n);
                unread.add(new Unread(file(file), first(n)));
                return List.of();
            }
        }
    }

    @Test
    void isLinearInTheNumberOfArchives() {
        write(200_000);
        for (int i = 100_000; i > 2; i -= 100) {
            links.remove(i);
        }
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long begun = threads.getCurrentThreadCpuTime();
        assertThat(check()).hasSize(1000);
        assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - begun)).isLessThan(Duration.ofSeconds(20));
    }

    private void write(int archives) {
        for (int i = 1; i <= archives; i++) {
            links.add(link("a" + i, "d" + i, i, i == 1 ? null : "d" + (i - 1), i));
        }
    }

    private static Link link(String name, String digest, int number, @Nullable String previous, int place) {
        long first = first(place);
        return new Link(
                file(name), digest, number, previous, first, first + RECORDS - 1, 1_000L * place, Signature.NONE);
    }

    private static Tip tip(Path state, int number, String digest, long last, long expired) {
        return new Tip(state, "j", number, Set.of(digest), 1, last, expired);
    }

    private static Link signed(Link link) {
        return in("/target", link, Signature.GOOD);
    }

    private static long first(int place) {
        return (place - 1L) * RECORDS + 1;
    }

    private static Path file(String name) {
        return Path.of("/target").resolve(name);
    }

    private List<String> check() {
        return check(false);
    }

    private List<String> check(boolean keyed) {
        return Chain.check(links, unread, tips, keyed).stream()
                .map(finding -> finding.severity().word() + " " + finding.file().getFileName() + ": " + finding.what()
                        + (finding.lost().from() == 0 ? "" : " (" + finding.lost() + ")"))
                .toList();
    }
}

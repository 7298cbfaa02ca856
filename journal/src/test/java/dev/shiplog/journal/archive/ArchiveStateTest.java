package dev.shiplog.journal.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.archive.ArchiveState.Archived;
import dev.shiplog.journal.archive.ArchiveState.Chain;
import dev.shiplog.journal.archive.Manifest.Span;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentStart;
import dev.shiplog.journal.segment.Tally;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveStateTest {
    private static final String JOURNAL = "0c9f3a2b-1111-4222-8333-444455556666";
    private static final SegmentStart START = start(1);
    private static final Archived KNOWN = new Archived(
            "20261121-11F.cq4", START, "vm-20261121T110000Z-0c9f3a2b-1.tar", 40, "c".repeat(64), false, false, false);

    @TempDir
    private Path directory;

    @Test
    void isWhatWasWritten() throws Exception {
        Archived unnamed = new Archived("20261121-12F.cq4.1", null, "x-1.tar", 90, null, true, true, true);
        ArchiveState state = ArchiveState.NONE
                .with(JOURNAL, new Chain(17, "d".repeat(64), 3, List.of(new Span(1, 50)), List.of(KNOWN, unnamed)))
                .with("", new Chain(1, "e".repeat(64), 0, List.of(), List.of()))
                .succeededAt(1_795_251_036_929_108_427L);

        state.write(directory, Access.OWNER);

        assertThat(ArchiveState.read(directory)).isEqualTo(state);
        assertThat(Files.readString(directory.resolve(ArchiveState.FILE)))
                .startsWith("{\"shiplog\":\"archives\",\"version\":1,\"succeeded\":1795251036929108427,"
                        + "\"succeeded_rfc3339\":\"2026-11-21T")
                .endsWith("\n");
    }

    @Test
    void thereIsNoneWithoutTheFile() throws Exception {
        assertThat(ArchiveState.read(directory)).isEqualTo(ArchiveState.NONE);
        assertThat(ArchiveState.NONE.holds(START)).isFalse();
    }

    @Test
    void membersOfANewerProgramArePassedOver() throws Exception {
        Files.writeString(
                directory.resolve(ArchiveState.FILE),
                "{\"shiplog\":\"archives\",\"version\":1,\"mood\":{\"a\":[1]},\"succeeded\":5,\"journals\":[{\"journal\":\""
                        + JOURNAL
                        + "\",\"number\":1,\"digest\":\""
                        + "d".repeat(64)
                        + "\",\"colour\":[[]],\"sequences\":[{\"first\":1,\"last\":2}],"
                        + "\"segments\":[]}]}");

        assertThat(ArchiveState.read(directory).chain(JOURNAL).sequences()).containsExactly(new Span(1, 2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"shiplog\":\"exported\",\"version\":1,\"succeeded\":0,\"journals\":[]}",
                "{\"shiplog\":\"archives\",\"version\":1,\"succeeded\":0,\"journals\":{}}",
                "{\"shiplog\":\"archives\",\"version\":1,\"succeeded\":0,\"journals\":[{\"number\":1}]}",
                "{\"shiplog\":\"archives\",\"version\":1,\"succeeded\":0,\"journals\":[{\"journal\":\"a\",\"number\":1}]}",
                "{\"shiplog\":\"archives\",\"version\":1,\"succeeded\":0,\"journals\":[",
                "\0\0\0\0\0\0\0\0"
            })
    void somethingElseIsNotTakenForNone(String text) throws Exception {
        Files.writeString(directory.resolve(ArchiveState.FILE), text);

        assertThatThrownBy(() -> ArchiveState.read(directory))
                .hasMessage(directory.resolve(ArchiveState.FILE)
                        + ": is damaged, or something else wrote it; replay archive sets it aside");
    }

    @ParameterizedTest
    @CsvSource({
        "\"number\":17, \"number\":9223372036854775807",
        "\"number\":17, \"number\":-1",
        "\"number\":17, \"number\":0",
        "\"expired\":3, \"expired\":18",
        "\"expired\":3, \"expired\":-1",
        "dddd, DDDD",
        "dddd, ddd",
        "cccc, cccg",
        "\"first\":1, \"first\":51",
        "\"first\":1, \"first\":-1",
        "\"last\":50, \"last\":9223372036854775807",
        "\"last\":40, \"last\":9223372036854775807"
    })
    void whatCannotBeIsDamage(String written, String absurd) throws Exception {
        ArchiveState.NONE
                .with(JOURNAL, new Chain(17, "d".repeat(64), 3, List.of(new Span(1, 50)), List.of(KNOWN)))
                .write(directory, Access.OWNER);
        Path file = directory.resolve(ArchiveState.FILE);
        String text = Files.readString(file);
        assertThat(text).contains(written);
        Files.writeString(file, text.replaceFirst(written, absurd));

        assertThatThrownBy(() -> ArchiveState.read(directory)).isInstanceOf(MismatchException.class);
    }

    @Test
    void aPipeOrALinkInItsPlaceIsNotReadOrReplaced() throws Exception {
        Path file = directory.resolve(ArchiveState.FILE);
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "of somebody");
        Files.createSymbolicLink(file, elsewhere);
        String line = file + ": is not a regular file; move it away";

        assertThatThrownBy(() -> ArchiveState.read(directory)).hasMessage(line);
        assertThatThrownBy(() -> ArchiveState.NONE.write(directory, Access.OWNER))
                .hasMessage(line);
        Files.delete(file);
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> ArchiveState.read(directory)).hasMessage(line);
        assertThat(elsewhere).hasContent("of somebody");
    }

    @Test
    void anotherVersionIsNamed() throws Exception {
        Files.writeString(directory.resolve(ArchiveState.FILE), "{\"shiplog\":\"archives\",\"version\":2}");

        assertThatThrownBy(() -> ArchiveState.read(directory))
                .hasMessage(directory.resolve(ArchiveState.FILE) + ": version 2, this program reads version 1");
    }

    @Test
    void sequencesOfArchivesThatFollowOnEachOtherAreOneStretch() {
        Chain chain = Chain.NONE
                .goesOn(1, "a", new Span(1, 10))
                .goesOn(2, "b", new Span(21, 30))
                .goesOn(3, "c", new Span(31, 40))
                .goesOn(3, "d", new Span(31, 45));

        assertThat(chain.sequences()).containsExactly(new Span(1, 10), new Span(21, 45));
        assertThat(chain.goesOn(4, "e", new Span(11, 20)).sequences()).containsExactly(new Span(1, 45));
        assertThat(chain.number()).isEqualTo(3);
        assertThat(chain.digest()).isEqualTo("d");
    }

    @Test
    void aSegmentIsKnownByItsBeginningWhateverItsName() {
        Chain chain = Chain.NONE.with(KNOWN);

        assertThat(chain.find(segment("20261121-10F.cq4", START))).isEqualTo(KNOWN);
        assertThat(chain.find(segment("20261121-11F.cq4", start(2)))).isNull();
        assertThat(chain.find(segment("20261121-11F.cq4", null))).isNull();
    }

    @Test
    void aSegmentWithoutABeginningIsKnownByItsName() {
        Archived damaged = new Archived("20261121-11F.cq4", null, "x-1.tar", 40, null, true, false, false);
        Chain chain = Chain.NONE.with(damaged);

        assertThat(chain.find(segment("20261121-11F.cq4", null))).isEqualTo(damaged);
        assertThat(chain.find(segment("20261121-11F.cq4", START))).isNull();
        assertThat(chain.find(segment("20261121-12F.cq4", null))).isNull();
    }

    @Test
    void holdsASegmentOnceNoMoreRecordsCanHaveCome() {
        Archived growing = new Archived("20261121-12F.cq4", start(2), "y-2.tar", 60, null, false, true, false);
        ArchiveState state =
                ArchiveState.NONE.with(JOURNAL, Chain.NONE.with(KNOWN).with(growing));

        assertThat(state.holds(START)).isTrue();
        assertThat(state.holds(start(2))).isFalse();
        assertThat(state.with(JOURNAL, state.chain(JOURNAL).with(growing.asComplete()))
                        .holds(start(2)))
                .isTrue();
        assertThat(state.chain(JOURNAL).without(growing).segments()).containsExactly(KNOWN);
    }

    private static SegmentStart start(long base) {
        return new SegmentStart(512, JOURNAL, 7, new Group(base, -3, 9, Tally.NONE));
    }

    private static SegmentFile segment(String name, SegmentStart start) {
        return new SegmentFile(Path.of(name), Objects.requireNonNull(SegmentName.parse(name)), null, start, null);
    }
}

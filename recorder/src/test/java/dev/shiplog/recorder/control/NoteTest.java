package dev.shiplog.recorder.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Mark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code recorder note} says to a recorder's socket, and what comes of it. */
@Timeout(60)
@SuppressWarnings("try") // a socket serves without being called
class NoteTest {
    private final List<Mark> marks = new CopyOnWriteArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private ControlSocket open() {
        return ControlSocket.open(directory, marks::add, NoteTest::noStatus);
    }

    private static Status noStatus() {
        throw new AssertionError("nobody asked");
    }

    private int note(String... args) {
        PrintWriter said = new PrintWriter(err, true);
        return NoteCommand.run(List.of(args), directory.toString(), new PrintWriter(out, true), said);
    }

    @Test
    void aNoteBecomesAMark() {
        try (ControlSocket socket = open()) {
            assertThat(socket).isNotNull();
            assertThat(note("deployed", "shop", "1.4")).as(err.toString()).isZero();
            assertThat(note(" größer\n--als ")).isZero();
            assertThat(note("--", "--x")).isZero();
        }
        assertThat(marks)
                .containsExactly(
                        new Mark.Note("deployed shop 1.4"), new Mark.Note("größer\n--als"), new Mark.Note("--x"));
        assertThat(out.toString() + err).isEmpty();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whatIsNoNoteIsRefusedAndTheNextIsTaken() {
        try (ControlSocket socket = open()) {
            assertThat(note("x".repeat(ControlSocket.MAX_NOTE_BYTES + 1))).isEqualTo(1);
            assertThat(err.toString()).isEqualTo("recorder: not noted: a note has at most 4096 bytes\n");
            assertThat(note("y".repeat(ControlSocket.MAX_NOTE_BYTES))).isZero();
        }
        assertThat(marks).containsExactly(new Mark.Note("y".repeat(ControlSocket.MAX_NOTE_BYTES)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "note", "note\n", "note\n \n ", "stop\n", "\u0000"})
    void aRequestOfAnotherProgramIsRefused(String request) throws IOException {
        try (ControlSocket socket = open()) {
            assertThat(asked(request)).startsWith(ControlSocket.REFUSED).endsWith("\n");
        }
        assertThat(marks).isEmpty();
    }

    private String asked(String request) throws IOException {
        try (SocketChannel channel = connected()) {
            channel.write(ByteBuffer.wrap(request.getBytes(UTF_8)));
            channel.shutdownOutput();
            return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
        }
    }

    private SocketChannel connected() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve(ControlSocket.NAME)));
    }

    /** Another one waits for some seconds, and a stop does not wait at all. */
    @Test
    void aClientThatSaysNothingHoldsUpNobodyForLong() throws IOException {
        try (ControlSocket socket = open();
                SocketChannel silent = connected()) {
            assertThat(note("after a silent one")).isZero();
            assertThat(silent.read(ByteBuffer.allocate(1))).isNegative();
            try (SocketChannel other = connected()) {
                other.write(ByteBuffer.wrap("no".getBytes(UTF_8)));
                socket.close();
                socket.close();
            }
        }
        assertThat(marks).containsExactly(new Mark.Note("after a silent one"));
    }

    @Test
    void aRecorderWithoutRoomSaysSo() {
        try (ControlSocket socket = ControlSocket.open(directory, mark -> false, NoteTest::noStatus)) {
            assertThat(note("now")).isEqualTo(1);
        }
        assertThat(err.toString()).isEqualTo("recorder: not noted: the recorder has no room for it now\n");
    }

    @Test
    void whereNobodyRecordsNothingIsNoted() throws IOException {
        assertThat(note("now")).isEqualTo(1);
        ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        killed.bind(UnixDomainSocketAddress.of(directory.resolve(ControlSocket.NAME)));
        killed.close(); // its file stays, as after kill -9
        assertThat(note("now")).isEqualTo(1);
        String line = "recorder: not noted: no recorder writes to " + directory + " now\n";
        assertThat(err.toString()).isEqualTo(line + line);
        try (ControlSocket socket = open()) {
            assertThat(note("now")).as("the next run takes its place").isZero();
        }
    }

    @Test
    void aSocketThatCannotBeMadeIsDoneWithout() throws IOException {
        Path deep = Files.createDirectories(directory.resolve("a-directory-of-a-long-name".repeat(5)));
        assertThat(ControlSocket.open(deep, marks::add, NoteTest::noStatus)).isNull();
        assertThat(NoteCommand.run(List.of("now"), deep.toString(), new PrintWriter(out), new PrintWriter(err)))
                .isEqualTo(1);
    }

    @Test
    void wrongUsageIsToldFromFailure() {
        assertThat(note()).isEqualTo(2);
        assertThat(note("  ")).isEqualTo(2);
        assertThat(note("--nonsense", "x")).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(3).allMatch(line -> line.startsWith("recorder: "));
        assertThat(note("--help")).isZero();
        assertThat(out.toString())
                .startsWith("Usage: recorder note [--data-dir DIR] TEXT...\n")
                .contains("Examples:");
    }
}

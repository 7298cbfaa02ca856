package dev.shiplog.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.file.JournalLock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a journal does to the process that writes or reads it, seen in a process of its own. */
@Timeout(60)
class ProcessTest {
    @TempDir
    private Path directory;

    @Test
    void anAppenderLeavesNoTraceAtHomeAndOpensNoSocket() throws Exception {
        Path home = Files.createDirectory(directory.resolve("home"));
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        String out = run(
                List.of("-Duser.home=" + home, "-Djava.io.tmpdir=" + temporary, "-XX:-UsePerfData", "-verbose:class"),
                "append",
                directory.resolve("journal"));
        assertThat(out).contains("network sockets []", "net.openhft.chronicle.queue");
        assertThat(out.lines().filter(line -> line.contains("java.net.Socket ") || line.contains("protocol.http")))
                .as("classes that speak to the network")
                .isEmpty();
        assertThat(files(home)).isEmpty();
        assertThat(files(temporary)).isEmpty();
    }

    @Test
    void aCursorLoadsNoClassOfChronicle() throws Exception {
        try (Appender appender = Journals.open(directory.resolve("journal"))) {
            appender.append(Journals.stats(1, Journals.START));
        }
        String out = run(List.of("-verbose:class"), "read", directory.resolve("journal"));
        assertThat(out).contains("read 1", Cursor.class.getName());
        assertThat(out.lines().filter(line -> line.contains("net.openhft"))).isEmpty();
    }

    /** One that was even stopped in the midst of its question. */
    @Test
    void aReaderThatAsksForTheLockKeepsNoWriterOut() throws Exception {
        Path journal = directory.resolve("journal");
        Journals.open(journal).close();
        assertThat(JournalLock.isHeld(journal)).isFalse();
        Process reader = Child.command(List.of(), "ask", journal.toString()).start();
        try {
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(reader.getInputStream(), StandardCharsets.UTF_8));
            assertThat(out.readLine()).isEqualTo("free");
            assertThat(JournalLock.isHeld(journal)).as("another reader").isFalse();
            Journals.open(journal).close();
        } finally {
            reader.destroyForcibly().waitFor();
        }
    }

    @Test
    void aSecondWriterIsTurnedAway() throws Exception {
        Path journal = directory.resolve("journal");
        Process holder = Child.command(List.of(), "hold", journal.toString()).start();
        try {
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
            assertThat(out.readLine()).isEqualTo("held");
            assertThatThrownBy(() -> Journals.open(journal))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(journal + ": another recorder");
            assertThat(JournalLock.isHeld(journal)).isTrue();
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (Appender appender = Journals.open(journal)) {
            assertThat(appender.recovery().lastSequence()).isEqualTo(1);
            assertThatThrownBy(() -> Journals.open(journal)).hasMessageContaining("another recorder");
            Process other = Child.command(List.of(), "hold", journal.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(other.waitFor())
                    .as("a refused opening in this process must not drop its lock")
                    .isNotZero();
            appender.append(Journals.stats(1, Journals.START));
        }
    }

    private static String run(List<String> flags, String what, Path journal) throws Exception {
        Process process = Child.command(flags, what, journal.toString()).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return out;
    }

    private static List<Path> files(Path in) throws IOException {
        try (Stream<Path> all = Files.walk(in)) {
            return all.filter(file -> !file.equals(in)).toList();
        }
    }
}

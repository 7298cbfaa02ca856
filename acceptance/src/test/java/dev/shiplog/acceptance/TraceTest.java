package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a recorder does beside recording: nothing that anybody could see at home or on the network. */
class TraceTest {
    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");
    private static final List<String> INTERNET = List.of("tcp", "tcp6", "udp", "udp6", "raw", "raw6");
    /** Where the inode is in a line of these files. */
    private static final int INODE = 9;

    @TempDir
    private Path directory;

    @Test
    @EnabledOnOs(OS.LINUX)
    void leavesNoFileAtHomeAndOpensNoInternetSocket() throws Exception {
        Path home = Files.createDirectory(directory.resolve("home"));
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        Path journal = directory.resolve("journal");
        List<String> prefix = List.of(
                "env",
                "HOME=" + home,
                "TMPDIR=" + temporary,
                "JDK_JAVA_OPTIONS=-Duser.home=" + home + " -Djava.io.tmpdir=" + temporary);
        try (ScriptedEngine engine = ScriptedEngine.at(directory.resolve("engine.sock"));
                RecorderProcess recorder =
                        RecorderProcess.recording(prefix, directory.resolve("output"), engine.address(), journal)) {
            engine.start("web");
            Set<String> seen = new HashSet<>();
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(2, TimeUnit.MILLISECONDS)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> {
                        seen.addAll(internetSockets(recorder));
                        return Files.exists(journal.resolve(JournalLock.FILE))
                                && RecordedJournal.payloads(journal, Kind.STATS).size() >= 4;
                    });
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            assertThat(seen).as("internet sockets").isEmpty();
        }
        assertThat(filesIn(home)).isEmpty();
        assertThat(filesIn(temporary)).isEmpty();
    }

    private static Set<String> internetSockets(RecorderProcess recorder) throws IOException {
        Path process = Path.of("/proc/" + recorder.recorder().orElseThrow().pid());
        Set<String> own = new HashSet<>();
        for (Path descriptor : filesIn(process.resolve("fd"))) {
            Matcher socket = SOCKET.matcher(Files.readSymbolicLink(descriptor).toString());
            if (socket.matches()) {
                own.add(socket.group(1));
            }
        }
        Set<String> found = new HashSet<>();
        for (String protocol : INTERNET) {
            for (String line : Files.readAllLines(process.resolve("net").resolve(protocol))) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > INODE && own.contains(fields[INODE])) {
                    found.add(protocol + " " + line.strip());
                }
            }
        }
        return found;
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}

package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shiplog.journal.file.DirectoryListing;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What verbs that write say of a disk that is full: a file system of a few pages. */
@Timeout(60)
class FullTargetTest {
    @TempDir
    private Path directory;

    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        TestJournal.write(directory.resolve("journal"), TestJournal.samples(3000))
                .close();
        disk = Files.createDirectory(directory.resolve("disk"));
        int exit = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        assumeTrue(exit == 0, "mounting a tmpfs needs root");
    }

    @AfterEach
    void unmount() throws Exception {
        new ProcessBuilder("umount", "-l", disk.toString()).inheritIO().start().waitFor();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cut --since 09:12 -o disk/cut.tar journal",
                "salvage -o disk/saved.tar journal",
                "salvage -o disk journal",
                "restore --to disk journal"
            })
    void theLineNamesTheDirectoryAndNothingIsLeftThere(String commandLine) throws Exception {
        Terminal terminal = new Terminal(directory);

        assertThat(terminal.run(commandLine)).as(terminal.err()).isEqualTo(ExitCode.FAILED);

        assertThat(terminal.err().lines()).last().isEqualTo("replay: " + disk + ": No space left on device");
        assertThat(DirectoryListing.of(disk)).isEmpty();
    }
}

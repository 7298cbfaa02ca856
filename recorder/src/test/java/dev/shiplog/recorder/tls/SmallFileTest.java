package dev.shiplog.recorder.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is meant to hold a password or a key may be anything. */
@Timeout(60)
class SmallFileTest {
    private static final int MOST = 64 * 1024;

    @TempDir
    private Path directory;

    @Test
    void readsRegularFilesAlsoByLinks() throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[MOST]);
        assertThat(SmallFile.read(file)).hasSize(MOST);
        assertThat(SmallFile.read(Files.createSymbolicLink(directory.resolve("link"), file)))
                .hasSize(MOST);
    }

    @Test
    void aPipeADirectoryAndADeviceAreNotWaitedFor() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        for (Path file : new Path[] {pipe, directory, Path.of("/dev/zero")}) {
            assertThatThrownBy(() -> SmallFile.read(file))
                    .isInstanceOf(IOException.class)
                    .hasMessage(file + ": is not a regular file");
        }
    }

    @Test
    void ofALongOneNotMoreIsReadThanShowsThat() throws Exception {
        Path file = directory.resolve("file");
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(1L << 40);
        }
        assertThatThrownBy(() -> SmallFile.read(file))
                .hasMessage(file + ": is longer than 64 KiB; is it the right file?");
    }

    @Test
    void oneThatIsNotThereIsTold() {
        assertThatThrownBy(() -> SmallFile.read(directory.resolve("nothing"))).isInstanceOf(NoSuchFileException.class);
    }
}

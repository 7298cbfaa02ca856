package dev.shiplog.replay.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetLockTest {
    @TempDir
    private Path directory;

    @Test
    void oneAtATimeHasIt() throws Exception {
        try (TargetLock first = TargetLock.take(directory)) {
            assertThat(first).isNotNull();
            assertThat(TargetLock.take(directory)).isNull();
        }
        try (TargetLock next = TargetLock.take(directory)) {
            assertThat(next).isNotNull();
        }
    }

    @Test
    void anotherProcessKeepsItAsLongAsItLives() throws Exception {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.toString())
                .start();
        assertThat(holder.inputReader().readLine()).isEqualTo("held");
        assertThat(TargetLock.take(directory)).isNull();

        holder.destroyForcibly().waitFor();

        try (TargetLock next = TargetLock.take(directory)) {
            assertThat(next).isNotNull();
        }
    }

    /** A process that takes the lock and keeps it. */
    static final class Holder {
        @SuppressWarnings("SystemOut") // the parent reads it
        public static void main(String[] args) throws Exception {
            System.out.println(TargetLock.take(Path.of(args[0])) == null ? "free" : "held");
            System.in.read();
        }
    }
}

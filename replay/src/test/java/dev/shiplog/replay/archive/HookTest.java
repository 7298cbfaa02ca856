package dev.shiplog.replay.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class HookTest {
    @TempDir
    private Path directory;

    @Test
    void getsThePathAsArgumentAndInTheEnvironment() throws Exception {
        Path archive = directory.resolve("a b's.tar");

        int code = new Hook(
                        "printf '%s|' \"$1\" \"$SHIPLOG_ARCHIVE\" > '" + directory.resolve("said") + "'", () -> false)
                .run(archive);

        assertThat(code).isZero();
        assertThat(Files.readString(directory.resolve("said"))).isEqualTo(archive + "|" + archive + "|");
    }

    @Test
    void givesTheExitCode() throws Exception {
        assertThat(new Hook("exit 7", () -> false).run(directory)).isEqualTo(7);
    }

    @Test
    void hasNothingToRead() throws Exception {
        assertThat(new Hook("read -r line", () -> false).run(directory)).isEqualTo(1);
    }

    @Test
    void isGivenUpForARunAfterThreeFailures() throws Exception {
        Hook hook = new Hook("[ -e \"$1\" ]", () -> false);
        hook.run(directory.resolve("not-there"));
        hook.run(directory);
        hook.run(directory.resolve("not-there"));
        assertThat(hook.hasGivenUp()).isFalse();

        hook.run(directory.resolve("not-there"));

        assertThat(hook.hasGivenUp()).isTrue();
    }

    @Test
    void endsWhenTheRunIsStopped() throws Exception {
        long started = System.nanoTime();

        int code = new Hook("exec sleep 25", () -> true).run(directory);

        assertThat(code).isEqualTo(128 + 15); // SIGTERM
        assertThat(System.nanoTime() - started).isLessThan(TimeUnit.SECONDS.toNanos(20));
    }
}

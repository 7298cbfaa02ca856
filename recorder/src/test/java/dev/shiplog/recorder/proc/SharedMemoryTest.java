package dev.shiplog.recorder.proc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.testkit.FakeProc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedMemoryTest {
    private static final String HOSTS = "0:1";

    @TempDir
    private Path directory;

    private FakeProc fake;

    @BeforeEach
    void make() throws IOException {
        fake = FakeProc.in(directory.resolve("proc"));
        fake.container(10, "c".repeat(64));
    }

    private Reading<SharedMemory> read() throws IOException {
        return SharedMemory.read(fake.process(10), HOSTS);
    }

    @Test
    void isAsLargeAsItsFileSystem() throws IOException {
        Path place = fake.sharedMemory(10);
        SharedMemory memory = Objects.requireNonNull(read().value());
        assertThat(memory.size()).isEqualTo(Files.getFileStore(place).getTotalSpace());
        assertThat(memory.used()).isBetween(1L, memory.size());
    }

    @Test
    void withoutAMountThereIsNone() throws IOException {
        Files.createDirectories(fake.process(10).resolve("root/dev/shm"));
        assertThat(read()).isEqualTo(Reading.skipped("there is none"));
    }

    @Test
    void theHostsIsNotTheContainers() throws IOException {
        fake.sharedMemory(10);
        fake.mounts(10, "133 130 " + HOSTS + " / /dev/shm rw - tmpfs shm rw,size=65536k");
        assertThat(read()).isEqualTo(Reading.skipped("it is the host's"));
    }

    /** What never answers is most often a file system in user space. */
    @Test
    void otherFileSystemsAreNotAsked() throws IOException {
        String device = FakeProc.device(fake.sharedMemory(10));
        fake.mounts(10, "133 130 " + device + " / /dev/shm rw shared:2 - fuse.trap trap rw");
        assertThat(read()).isEqualTo(Reading.skipped("it is no memory"));
    }

    @Test
    void noLinkIsFollowed() throws IOException {
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere/shm"));
        for (String linked : new String[] {"root/dev/shm", "root/dev"}) {
            fake.sharedMemory(10);
            Path link = fake.process(10).resolve(linked);
            Files.deleteIfExists(fake.process(10).resolve("root/dev/shm"));
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, linked.endsWith("shm") ? elsewhere : elsewhere.getParent());
            assertThat(fake.process(10).resolve("root/dev/shm")).isDirectory();
            assertThat(read()).as(linked).isEqualTo(Reading.skipped("it is hidden"));
        }
    }

    @Test
    void whatLiesOverTheMountHidesIt() throws IOException {
        fake.sharedMemory(10);
        fake.mounts(10, "133 130 0:45 / /dev/shm rw - tmpfs shm rw,size=65536k");
        assertThat(read()).as("another device").isEqualTo(Reading.skipped("it is hidden"));
        fake.sharedMemory(10);
        Files.delete(fake.process(10).resolve("root/dev/shm"));
        assertThat(read()).as("nothing is there").isEqualTo(Reading.skipped("it is hidden"));
        Files.createFile(fake.process(10).resolve("root/dev/shm"));
        assertThat(read()).as("a file").isEqualTo(Reading.skipped("it is hidden"));
    }

    @Test
    void brokenTablesOfMountsHaveNone() throws IOException {
        fake.sharedMemory(10);
        fake.mounts(10, "", "133", "133 130 0:45 / /dev/shm rw", "133 130 0:45 / /dev/shm - ", " - tmpfs");
        assertThat(read().value()).isNull();
    }
}

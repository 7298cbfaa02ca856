package dev.shiplog.recorder.proc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.testkit.FakeProc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProcTest {
    private static final String ID = "8e8f".repeat(16);
    private static final String OTHER = "d0d0".repeat(16);

    @TempDir
    private Path directory;

    private FakeProc fake;
    private HostProc proc;

    @BeforeEach
    void make() throws IOException {
        fake = FakeProc.in(directory.resolve("proc"));
        proc = new HostProc(fake.root(), "");
    }

    @Test
    void whatIsNoProcSaysSoAndWhatToDo() throws IOException {
        assertThat(proc.problem()).isEmpty();
        Path nowhere = directory.resolve("nowhere");
        assertThat(new HostProc(nowhere, "").problem())
                .isEqualTo("there is no directory " + nowhere + "; mount the host's with -v /proc:" + nowhere + ":ro");
        assertThat(new HostProc(directory, "").problem())
                .isEqualTo(
                        directory + " is not the host's /proc, it shows no self/net/sockstat; mount the host's with -v"
                                + " /proc:" + directory + ":ro");
        fake.end(1);
        assertThat(proc.problem()).contains("it shows no 1/net/sockstat");
    }

    @Test
    void theProcOfThisHostIsOne() {
        assertThat(new HostProc(Path.of("/proc"), "").problem()).isEmpty();
    }

    /** As engines 20.10 and 28.5 showed it on cgroup v1 and v2, on the host and in a container. */
    @Test
    void aProcessIsOfTheContainerThatItsGroupsName() throws IOException {
        for (String groups : List.of(
                "0::/system.slice/docker-" + ID + ".scope",
                "0::/docker/" + ID,
                "0::/../docker-" + ID + ".scope",
                "9:name=systemd:/docker/" + ID + "\n8:pids:/docker/" + ID + "\n0::/",
                "9:name=systemd:/../" + ID + "\n0::/../" + ID,
                "0::/kubepods.slice/kubepods-pod1.slice/docker-" + ID + ".scope",
                "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + ID + ".scope/container")) {
            fake.process(4711, groups);
            assertThat(proc.isOf(4711, ID)).as(groups).isTrue();
            assertThat(proc.isOf(4711, OTHER)).as(groups).isFalse();
        }
    }

    @Test
    void aProcessThatTookTheNumberOfAnotherIsNotOfItsContainer() throws IOException {
        fake.container(4711, OTHER);
        assertThat(proc.isOf(4711, ID)).isFalse();
        fake.process(4711, "0::/user.slice");
        assertThat(proc.isOf(4711, ID)).isFalse();
        fake.end(4711);
        assertThat(proc.isOf(4711, ID)).isFalse();
    }

    /** In a cgroup namespace its own groups have no name. */
    @Test
    void theRecordersOwnContainerIsKnownByItsGroups() throws IOException {
        HostProc inContainer = new HostProc(fake.root(), ID);
        fake.process(77, "9:pids:/\n0::/");
        fake.process(4711, "9:pids:/\n0::/");
        assertThat(inContainer.isOf(4711, ID)).isTrue();
        assertThat(inContainer.isOf(4711, OTHER)).isFalse();
        fake.process(4711, "9:pids:/../" + OTHER + "\n0::/");
        assertThat(inContainer.isOf(4711, ID)).isFalse();
    }

    @Test
    void networksAreToldApart() throws IOException {
        fake.container(100, ID);
        fake.container(200, OTHER);
        fake.container(300, "a".repeat(64));
        fake.joinNetwork(300, 100);
        fake.container(400, "b".repeat(64));
        fake.joinNetwork(400, 1);
        assertThat(proc.networkOf(300)).isEqualTo(proc.networkOf(100));
        assertThat(proc.networkOf(200)).isNotEqualTo(proc.networkOf(100)).isNotEqualTo(proc.hostNetwork());
        assertThat(proc.networkOf(400)).isEqualTo(proc.hostNetwork());
    }

    @Test
    void theHostsSharedMemoryIsTheLastThatWasMounted() throws IOException {
        assertThat(proc.hostShm()).isEmpty();
        fake.mounts(
                1,
                "24 23 0:22 / /dev/shm rw,relatime - tmpfs tmpfs rw",
                "29 24 0:26 / /dev/shm rw,relatime shared:3 master:1 - tmpfs tmpfs rw",
                "30 24 0:27 / /dev/shm/inner rw,relatime - tmpfs tmpfs rw");
        assertThat(proc.hostShm()).isEqualTo("0:26");
        Files.delete(fake.process(1).resolve("mountinfo"));
        assertThat(proc.hostShm()).isEmpty();
    }
}

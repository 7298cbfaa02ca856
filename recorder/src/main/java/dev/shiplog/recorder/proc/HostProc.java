package dev.shiplog.recorder.proc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * The {@code /proc} of the host, wherever it is mounted. What is asked of it here needs no privilege. Thread safe.
 */
public final class HostProc {
    /** A file of each network of its own; two processes see the same file if they have the same network. */
    private static final String OF_NETWORK = "net/sockstat";

    private static final String INIT = "1";
    private static final String SELF = "self";

    private final Path root;
    private final String ownId;

    /**
     * @param root where it is mounted
     * @param ownId the container that this process runs in; empty if in none
     */
    public HostProc(Path root, String ownId) {
        this.root = root;
        this.ownId = ownId;
    }

    /** Where it is mounted. */
    public Path root() {
        return root;
    }

    /** Why it is none, and what to do; empty if it is one. */
    public String problem() {
        String mend = "; mount the host's with -v /proc:" + root + ":ro";
        if (!Files.isDirectory(root)) {
            return "there is no directory " + root + mend;
        }
        for (String process : List.of(SELF, INIT)) {
            if (!Files.isReadable(process(process).resolve(OF_NETWORK))) {
                return root + " is not the host's /proc, it shows no " + process + "/" + OF_NETWORK + mend;
            }
        }
        return "";
    }

    /** The directory of a process. */
    public Path process(long pid) {
        return process(Long.toString(pid));
    }

    private Path process(String name) {
        return root.resolve(name);
    }

    /**
     * Whether a process exists and runs in a container: its number may be another's by now. The kernel names the container in
     * {@code /docker/ID}, {@code docker-ID.scope} and, to a recorder in a container, {@code /../ID}; to one it shows its own
     * as {@code /}.
     */
    public boolean isOf(long pid, String container) throws IOException {
        try {
            List<String> groups = ProcFiles.lines(process(pid).resolve("cgroup"));
            return groups.stream().anyMatch(group -> group.contains(container))
                    || container.equals(ownId)
                            && groups.equals(ProcFiles.lines(process(SELF).resolve("cgroup")));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** What tells the network of a process from others. */
    public long networkOf(long pid) throws IOException {
        return networkOf(process(pid));
    }

    /** That of the host. */
    public long hostNetwork() throws IOException {
        return networkOf(process(INIT));
    }

    private static long networkOf(Path process) throws IOException {
        return (Long) Files.getAttribute(process.resolve(OF_NETWORK), "unix:ino");
    }

    /** The device of what is mounted at the host's {@code /dev/shm}; empty if nothing says so. */
    public String hostShm() {
        try {
            ShmMount mount = ShmMount.of(process(INIT));
            return mount == null ? "" : mount.device();
        } catch (IOException e) {
            return "";
        }
    }
}

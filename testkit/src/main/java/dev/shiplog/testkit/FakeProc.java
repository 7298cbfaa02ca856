package dev.shiplog.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A {@code /proc} made of ordinary files, as Linux 6.18 writes them, of processes of containers. */
public final class FakeProc {
    private static final String HEADING =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";

    private final Path root;

    private FakeProc(Path root) {
        this.root = root;
    }

    /** One with the first process of the host, and the one that looks. */
    public static FakeProc in(Path root) throws IOException {
        FakeProc proc = new FakeProc(root);
        proc.process(1, "0::/init.scope");
        proc.process(77, "0::/system.slice/shiplog.service");
        Files.createSymbolicLink(root.resolve("self"), Path.of("77"));
        proc.joinNetwork(1, 77);
        return proc;
    }

    public Path root() {
        return root;
    }

    public Path process(long pid) {
        return root.resolve(Long.toString(pid));
    }

    /** Adds a process, with a network of its own that has no sockets and without shared memory. */
    public void process(long pid, String cgroups) throws IOException {
        Files.createDirectories(process(pid).resolve("root"));
        Files.writeString(process(pid).resolve("cgroup"), cgroups + "\n");
        mounts(pid, "24 1 0:22 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/l");
        Files.createDirectories(process(pid).resolve("net"));
        sockets(pid, Map.of(), Map.of());
    }

    /** Adds the first process of a container, as the engine makes it by default on cgroup v2. */
    public void container(long pid, String id) throws IOException {
        process(pid, "0::/system.slice/docker-" + id + ".scope");
    }

    /** It has the network of another from now on. */
    public void joinNetwork(long pid, long other) throws IOException {
        delete(process(pid).resolve("net"));
        Files.createSymbolicLink(process(pid).resolve("net"), process(other).resolve("net"));
    }

    /** The process ends. */
    public void end(long pid) throws IOException {
        delete(process(pid));
    }

    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path) && !Files.isSymbolicLink(path)) {
            try (var children = Files.newDirectoryStream(path)) {
                for (Path child : children) {
                    delete(child);
                }
            }
        }
        Files.deleteIfExists(path);
    }

    /** Its table of mounts has these lines. */
    public void mounts(long pid, String... lines) throws IOException {
        Files.writeString(process(pid).resolve("mountinfo"), String.join("\n", lines) + "\n");
    }

    /** Its network has so many sockets of each of the kernel's codes. */
    public void sockets(long pid, Map<Integer, Integer> tcp, Map<Integer, Integer> tcp6) throws IOException {
        Path net = process(pid).resolve("net");
        Files.writeString(net.resolve("tcp"), table(tcp));
        Files.writeString(net.resolve("tcp6"), table(tcp6));
        int waiting = tcp.getOrDefault(6, 0) + tcp6.getOrDefault(6, 0);
        Files.writeString(
                net.resolve("sockstat"),
                "sockets: used 9\nTCP: inuse " + inUse(tcp) + " orphan 0 tw " + waiting
                        + " alloc 44 mem 3\nUDP: inuse 1 mem 0\n");
        Files.writeString(net.resolve("sockstat6"), "TCP6: inuse " + inUse(tcp6) + "\nUDP6: inuse 0\n");
    }

    private static int inUse(Map<Integer, Integer> sockets) {
        return sockets.values().stream().mapToInt(Integer::intValue).sum() - sockets.getOrDefault(6, 0);
    }

    private static String table(Map<Integer, Integer> sockets) {
        StringBuilder table = new StringBuilder(HEADING + "\n");
        int[] number = {0};
        sockets.forEach((code, count) -> {
            for (int i = 0; i < count; i++) {
                table.append(line(number[0]++, "%02X".formatted(code)));
            }
        });
        return table.toString();
    }

    /** A line of a table, with its end. */
    public static String line(int number, String state) {
        return "%4d: 0100007F:%04X 0100007F:C3A4 %s 00000000:00000000 00:00000000 00000000     0        0 %d 1 0000000000000000 100 0 0 10 0     \n"
                .formatted(number, number & 0xffff, state, 4000 + number);
    }

    /** It has a {@code /dev/shm}, which is a directory here and memory by its table of mounts. */
    public Path sharedMemory(long pid) throws IOException {
        Path place = Files.createDirectories(process(pid).resolve("root/dev/shm"));
        mounts(
                pid,
                "130 119 0:45 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755",
                "133 130 " + device(place) + " / /dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs shm rw,size=65536k");
        return place;
    }

    /** The device that a file is on, as tables of mounts have it. */
    public static String device(Path file) throws IOException {
        long device = (Long) Files.getAttribute(file, "unix:dev");
        return (device >> 8 & 0xfff) + ":" + (device & 0xff);
    }
}

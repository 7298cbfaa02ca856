package dev.shiplog.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file system that only processes in a mount namespace of its own see: it goes with them, and no mount is left on this
 * machine whatever happens. Needs root; without, the test is skipped.
 */
final class PrivateMount implements AutoCloseable {
    private final Process holder;
    private final Path directory;

    private PrivateMount(Process holder, Path directory) {
        this.holder = holder;
        this.directory = directory;
    }

    /**
     * A small one in memory.
     *
     * @param options as of mount(8), as in {@code ro,size=4m}
     */
    static PrivateMount of(Path directory, String options) throws IOException {
        return mounted(directory, "mount -t tmpfs -o " + options + " none \"$1\"");
    }

    /** A small one of ext4, in a file beside the directory; the test is skipped where there are no loop devices. */
    static PrivateMount ext4(Path directory, int mebibytes) throws IOException {
        return mounted(
                directory,
                "truncate -s " + mebibytes + "m \"$1.ext4\" && mkfs.ext4 -q -m 0 \"$1.ext4\""
                        + " && mount -o loop \"$1.ext4\" \"$1\"");
    }

    /** The directory itself, read-only although the file system that it belongs to is not. */
    static PrivateMount readOnly(Path directory) throws IOException {
        return mounted(directory, "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\"");
    }

    private static PrivateMount mounted(Path directory, String mount) throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "mounting a file system needs root");
        Files.createDirectory(directory);
        // Holds the namespace until our end of its standard input is closed.
        String script = mount + " && echo mounted && read -r end";
        Process holder = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        script,
                        "sh",
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        BufferedReader said = holder.inputReader();
        String line = said.readLine();
        assumeTrue("mounted".equals(line), "cannot mount here: " + line);
        return new PrivateMount(holder, directory);
    }

    /** Before a command line: lets it see the file system. */
    List<String> enter() {
        return List.of("nsenter", "--mount=/proc/" + holder.pid() + "/ns/mnt");
    }

    /** Where a process that entered sees it. */
    Path inside() {
        return directory;
    }

    /** Where everybody sees it as long as this is open. */
    Path outside() {
        return Path.of("/proc/" + holder.pid() + "/root" + directory.toAbsolutePath());
    }

    @Override
    public void close() throws IOException {
        holder.getOutputStream().close();
        try {
            if (!holder.waitFor(10, TimeUnit.SECONDS)) {
                holder.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

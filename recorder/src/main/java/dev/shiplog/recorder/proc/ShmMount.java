package dev.shiplog.recorder.proc;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is mounted at {@code /dev/shm} of a process, by its own table of mounts.
 *
 * @param device as in {@code 0:48}
 * @param type of the file system
 */
record ShmMount(String device, String type) {
    private static final String PLACE = "/dev/shm";

    /** Reads the table, in which what was mounted last in a place counts; null if nothing is there. */
    static @Nullable ShmMount of(Path process) throws IOException {
        ShmMount newest = null;
        for (String line : ProcFiles.lines(process.resolve("mountinfo"))) {
            // 133 119 0:48 / /dev/shm rw,nosuid - tmpfs shm rw,size=65536k; more words may stand before the hyphen
            String[] words = line.split(" ");
            int end = line.indexOf(" - ");
            if (words.length > 5 && end > 0 && words[4].equals(PLACE)) {
                newest = new ShmMount(words[2], line.substring(end + 3).split(" ", 2)[0]);
            }
        }
        return newest;
    }
}

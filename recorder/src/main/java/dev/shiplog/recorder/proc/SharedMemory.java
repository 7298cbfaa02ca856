package dev.shiplog.recorder.proc;

import dev.shiplog.journal.bytes.Bytes;
import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * The shared memory of a container: how large its {@code /dev/shm} is, and what is in use of it, in bytes.
 */
public record SharedMemory(long size, long used) {
    /** What {@link #read} says if the kernel does not let this process look into the container. */
    public static final String REFUSED = "not permitted";

    /**
     * Reads that of a process. Whoever owns the container owns what this looks at: no link is followed, and only what is
     * mounted there as memory is asked.
     *
     * @param hostDevice the device of the host's
     */
    static Reading<SharedMemory> read(Path process, String hostDevice) throws IOException {
        ShmMount mount = ShmMount.of(process);
        if (mount == null) {
            return Reading.skipped("there is none");
        }
        if (mount.device().equals(hostDevice)) {
            return hosts();
        }
        if (!mount.type().equals("tmpfs")) {
            return Reading.skipped("it is no memory");
        }
        try {
            Path place = process.resolve("root");
            for (String name : List.of("dev", "shm")) {
                place = place.resolve(name);
                if (!Files.isDirectory(check(place), LinkOption.NOFOLLOW_LINKS)) {
                    return Reading.skipped("it is hidden");
                }
            }
            return device(place).equals(mount.device()) ? measure(place.toFile()) : Reading.skipped("it is hidden");
        } catch (AccessDeniedException e) {
            return Reading.skipped(REFUSED);
        } catch (NoSuchFileException e) {
            return Reading.skipped("it is hidden");
        }
    }

    static Reading<SharedMemory> hosts() {
        return Reading.skipped("it is the host's");
    }

    /** @throws AccessDeniedException which {@link Files#isDirectory} would hide */
    private static Path check(Path place) throws IOException {
        Files.getAttribute(place, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return place;
    }

    /** As the kernel writes it in tables of mounts. */
    private static String device(Path place) throws IOException {
        long device = (Long) Files.getAttribute(place, "unix:dev", LinkOption.NOFOLLOW_LINKS);
        long major = device >> 8 & 0xfff | device >> 32 & ~0xfffL;
        long minor = device & 0xff | device >> 12 & ~0xffL;
        return major + ":" + minor;
    }

    /** A {@link java.nio.file.FileStore} would look for the place among the mounts of this process. */
    private static Reading<SharedMemory> measure(File place) {
        long size = place.getTotalSpace();
        return size <= 0
                ? Reading.skipped("it has no limit")
                : Reading.of(new SharedMemory(size, Math.max(0, size - place.getFreeSpace())));
    }

    void putJson(Bytes out) {
        out.putAscii("{\"size\":" + size + ",\"used\":" + used + ",\"free\":" + (size - used) + ",\"used_percent\":"
                + BigDecimal.valueOf(100.0 * used / size)
                        .setScale(2, RoundingMode.HALF_UP)
                        .toPlainString()
                + "}");
    }
}

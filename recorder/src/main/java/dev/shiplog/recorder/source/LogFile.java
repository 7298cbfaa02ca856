package dev.shiplog.recorder.source;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file that an engine logs a container's output to, and those that it was rotated into.
 *
 * @param path of the one that is written to
 * @param bytes of all
 * @param files how many these are
 */
record LogFile(String path, long bytes, int files) {
    /** What the engine adds to the name of a file that it rotates: {@code .1}, {@code .2.gz}. */
    private static final Pattern ROTATED = Pattern.compile("\\.\\d++(?:\\.gz)?+");

    /** Measures it; null if there is no such file, or this process does not see it. */
    static @Nullable LogFile at(String path) {
        if (!path.startsWith("/")) {
            return null;
        }
        try {
            Path newest = Path.of(path);
            Path directory = newest.getParent();
            Path fileName = newest.getFileName();
            if (directory == null || fileName == null || !Files.isRegularFile(newest)) {
                return null;
            }
            String name = fileName.toString();
            long bytes = 0;
            int files = 0;
            try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
                for (Path file : all) {
                    String other = String.valueOf(file.getFileName());
                    boolean rotated = other.startsWith(name)
                            && ROTATED.matcher(other.substring(name.length())).matches();
                    if (rotated || other.equals(name)) {
                        bytes += Files.size(file);
                        files++;
                    }
                }
            }
            return new LogFile(path, bytes, files);
        } catch (IOException | DirectoryIteratorException | InvalidPathException e) {
            return null; // it is rotated or removed just now
        }
    }

    byte[] toJson() {
        Bytes json = new Bytes(path.length() + 64);
        json.putAscii("{\"log_path\":");
        JsonString.put(path, json);
        json.putAscii(",\"log_bytes\":" + bytes + ",\"log_files\":" + files + "}");
        return json.toArray();
    }
}

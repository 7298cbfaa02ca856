package dev.shiplog.recorder.exposition;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * From which source the program was built; empty where the build did not know.
 *
 * @param commit short
 * @param date when the commit was made, in RFC 3339
 */
record Build(String commit, String date) {
    static Build read() {
        Properties properties = new Properties();
        try (InputStream file = Build.class.getResourceAsStream("build.properties")) {
            if (file != null) {
                properties.load(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Build(properties.getProperty("commit", ""), properties.getProperty("date", ""));
    }
}

package dev.shiplog.recorder;

import dev.shiplog.recorder.exposition.Login;
import dev.shiplog.recorder.exposition.Protection;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads what stands between the network and the metrics: four settings, of which two and two belong together. */
final class ProtectionSettings {
    private ProtectionSettings() {}

    /** @throws UsageException if one makes no sense, or lacks the one that belongs to it */
    static Protection read(Settings settings) throws UsageException {
        return new Protection(login(settings), keyFiles(settings));
    }

    private static @Nullable Login login(Settings settings) throws UsageException {
        String user = settings.orNull("listen-user", Readings::user);
        String password = settings.orNull(ExporterSettings.PASSWORD, text -> text);
        Path file = settings.orNull("listen-password-file", Readings::file);
        if (user == null && file == null) {
            return null;
        }
        if (user == null) {
            throw settings.lacks("listen-password-file", "listen-user");
        }
        if (file != null) {
            return Login.in(user, file);
        }
        if (password == null) {
            throw settings.lacks("listen-user", "listen-password-file");
        }
        return Login.of(user, password);
    }

    private static Protection.@Nullable KeyFiles keyFiles(Settings settings) throws UsageException {
        Path certificate = settings.orNull("listen-cert", Readings::file);
        Path key = settings.orNull("listen-key", Readings::file);
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null) {
            throw settings.lacks("listen-key", "listen-cert");
        }
        if (key == null) {
            throw settings.lacks("listen-cert", "listen-key");
        }
        return new Protection.KeyFiles(certificate, key);
    }
}

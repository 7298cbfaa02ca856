package dev.shiplog.replay.command;

import java.time.DateTimeException;
import java.time.ZoneId;
import picocli.CommandLine.Option;

/** The option that says which zone times are in that name none, shared by all that read times. */
final class ZoneOption {
    @Option(
            names = "--tz",
            paramLabel = "ZONE",
            defaultValue = "UTC",
            description = "Time zone of times that name none: UTC (default), Europe/Berlin, +02:00, local.")
    private String name = "UTC";

    /** @throws IllegalArgumentException if there is no such time zone */
    ZoneId zone() {
        try {
            return name.equals("local") ? ZoneId.systemDefault() : ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "--tz '" + name + "': no such time zone; write UTC, Europe/Berlin or +02:00", e);
        }
    }
}

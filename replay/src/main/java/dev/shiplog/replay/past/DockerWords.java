package dev.shiplog.replay.past;

import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.json.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The words and numbers of the {@code docker} command, so that its users find what they know. Pure. */
public final class DockerWords {
    private static final long SECOND = 1_000_000_000L;
    private static final int SHORT_ID = 12;

    /** What stands for a number that is not known. */
    public static final String UNKNOWN = "--";

    private DockerWords() {}

    /** The id as tables show it: {@code 8e8f401657b8}. */
    public static String shortId(String id) {
        String digits = id.startsWith("sha256:") ? id.substring("sha256:".length()) : id;
        return digits.length() > SHORT_ID ? digits.substring(0, SHORT_ID) : digits;
    }

    /** A length of time as {@code docker ps} says it: {@code About a minute}, {@code 3 hours}. */
    public static String duration(long nanos) {
        long seconds = Math.max(0, nanos) / SECOND;
        long minutes = seconds / 60;
        long hours = (seconds + 1800) / 3600;
        if (seconds < 1) {
            return "Less than a second";
        } else if (seconds == 1) {
            return "1 second";
        } else if (seconds < 60) {
            return seconds + " seconds";
        } else if (minutes == 1) {
            return "About a minute";
        } else if (minutes < 60) {
            return minutes + " minutes";
        } else if (hours == 1) {
            return "About an hour";
        } else if (hours < 48) {
            return hours + " hours";
        } else if (hours < 24 * 7 * 2) {
            return hours / 24 + " days";
        } else if (hours < 24 * 30 * 2) {
            return hours / 24 / 7 + " weeks";
        } else if (hours < 24 * 365 * 2) {
            return hours / 24 / 30 + " months";
        }
        return hours / 24 / 365 + " years";
    }

    /** Bytes in powers of 1000, as network and disk I/O: {@code 1.23MB}. */
    public static String decimalSize(double bytes) {
        return size(bytes, 1000, 3, new String[] {"B", "kB", "MB", "GB", "TB", "PB", "EB"});
    }

    /** Bytes in powers of 1024, as memory: {@code 21.5MiB}. */
    public static String binarySize(double bytes) {
        return size(bytes, 1024, 4, new String[] {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"});
    }

    /** A number that no long holds is known by its least only: {@code >8EiB}. */
    private static String size(double bytes, int base, int digits, String[] units) {
        if (bytes >= Long.MAX_VALUE) {
            return ">" + size(Math.nextDown((double) Long.MAX_VALUE), base, digits, units);
        }
        double rest = bytes;
        int unit = 0;
        while (rest >= base && unit < units.length - 1) {
            rest /= base;
            unit++;
        }
        return significant(rest, digits) + units[unit];
    }

    /** So many significant digits, as Go prints {@code %.4g}; but 1000 where Go prints {@code 1e+03}. */
    private static String significant(double number, int digits) {
        if (number == 0) {
            return "0";
        }
        int whole = (int) Math.floor(Math.log10(number)) + 1;
        BigDecimal rounded = new BigDecimal(number).setScale(Math.max(0, digits - whole), RoundingMode.HALF_EVEN);
        return rounded.stripTrailingZeros().toPlainString();
    }

    /** A number; {@code --} for one that is not known, or larger than a long. */
    public static String number(long number) {
        return number < 0 || number == Long.MAX_VALUE ? UNKNOWN : String.valueOf(number);
    }

    /** A percentage as {@code docker stats} prints it: {@code 12.34%}; {@code --} for one that is not known. */
    public static String percent(double number) {
        return Double.isNaN(number)
                ? UNKNOWN
                : new BigDecimal(number).setScale(2, RoundingMode.HALF_EVEN).toPlainString() + "%";
    }

    /** The STATUS of {@code docker ps} at {@code moment}. */
    public static String status(ContainerState container, long moment) {
        Integer code = container.exitCode();
        String ended = "(" + (code == null ? "?" : code) + ") " + ago(container.finished(), moment);
        return switch (container.status()) {
            case UNKNOWN -> "Unknown";
            case CREATED -> "Created";
            case RUNNING -> up(container, moment) + health(container.health());
            case PAUSED -> up(container, moment) + " (Paused)";
            case RESTARTING -> "Restarting " + ended;
            case EXITED -> "Exited " + ended;
            case REMOVING -> "Removal In Progress";
            case DEAD -> "Dead";
            case REMOVED -> "Removed " + ago(container.removed(), moment);
        };
    }

    private static String up(ContainerState container, long moment) {
        return container.started() == 0 ? "Up" : "Up " + duration(Times.between(container.started(), moment));
    }

    private static String health(String health) {
        return health.isEmpty() ? "" : health.equals("starting") ? " (health: starting)" : " (" + health + ")";
    }

    /** {@code 3 hours ago}; {@code at an unknown time} for 0. */
    public static String ago(long time, long moment) {
        return time == 0 ? "at an unknown time" : duration(Times.between(time, moment)) + " ago";
    }

    /** The command of a description as {@code docker ps} has it, without quotes around it; empty if there is none. */
    public static String command(@Nullable Json description) {
        if (description == null || description.text("Path").isEmpty()) {
            return "";
        }
        StringBuilder command = new StringBuilder(description.text("Path"));
        Json arguments = description.get("Args");
        if (arguments != null) {
            for (Json argument : arguments.children()) {
                String text = argument.text();
                command.append(' ').append(text.indexOf(' ') < 0 ? text : "'" + text + "'");
            }
        }
        return command.toString();
    }

    /** A text in quotes, as Go prints {@code %q}. */
    public static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').appendCodePoint(c);
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        quoted.append(String.format(Locale.ROOT, c < 0x80 ? "\\x%02x" : "\\u%04x", c));
                    } else {
                        quoted.appendCodePoint(c);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }

    /** The PORTS of a description as {@code docker ps} has them: {@code 443/tcp, 0.0.0.0:8080->80/tcp}. */
    public static String ports(@Nullable Json description) {
        return PortWords.of(description);
    }
}

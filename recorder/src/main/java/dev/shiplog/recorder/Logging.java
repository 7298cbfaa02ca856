package dev.shiplog.recorder;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Pattern;

/** Sets up the process's log: one line each, to one writer, as text or as JSON; libraries only when they warn. */
final class Logging {
    /** Always three decimals, so that lines align. */
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private static volatile Format format = Format.TEXT;

    private Logging() {}

    /** What is worth a line. */
    enum Detail {
        DEBUG,
        INFO,
        WARN,
        ERROR;

        private Level least() {
            return switch (this) {
                case DEBUG -> Level.FINE;
                case INFO -> Level.INFO;
                case WARN -> Level.WARNING;
                case ERROR -> Level.SEVERE;
            };
        }
    }

    /** How a line looks. */
    enum Format {
        TEXT,
        /** One object with {@code time}, {@code level} and {@code msg}. */
        JSON
    }

    /** Keeps its handlers while the process shuts down: the recorder's last lines must be seen. */
    public static final class LastingManager extends LogManager {
        @Override
        public void reset() {}
    }

    /** Once per process, before the first logger is made. */
    static void to(PrintWriter writer) {
        System.setProperty("java.util.logging.manager", LastingManager.class.getName());
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new Lines(writer));
        root.setLevel(Level.WARNING);
        Ours.LOGGER.setLevel(Level.INFO);
    }

    /** As the options say; until then a line is text, and said from {@link Detail#INFO} on. */
    static void set(Detail detail, Format chosen) {
        format = chosen;
        Ours.LOGGER.setLevel(detail.least());
        Logger.getLogger("").setLevel(detail == Detail.ERROR ? Level.SEVERE : Level.WARNING);
    }

    /** Says why the recorder ends: without the time as text, but in a line as all others where programs read it. */
    static void end(PrintWriter writer, Level level, String why) {
        writer.println(format == Format.TEXT ? "recorder: " + why : json(new LogRecord(level, why), why));
    }

    private static String json(LogRecord line, String message) {
        Bytes out = new Bytes(128);
        out.putAscii("{\"time\":\"" + TIME.format(line.getInstant()) + "\",\"level\":\""
                + name(line.getLevel()).strip().toLowerCase(Locale.ROOT) + "\",\"msg\":");
        JsonString.put(message, out);
        out.putAscii("}");
        return new String(out.toArray(), StandardCharsets.UTF_8);
    }

    private static String name(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return "WARN ";
        }
        return level.intValue() >= Level.INFO.intValue() ? "INFO " : "DEBUG";
    }

    /** Holds our logger: the manager forgets loggers, and their levels, that nobody holds. */
    private static final class Ours {
        static final Logger LOGGER = Logger.getLogger("dev.shiplog");
    }

    private static final class Lines extends Handler {
        /** Messages may quote the engine, which must not start a line or control a terminal. */
        private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

        private final Formatter formatter = new SimpleFormatter();
        private final PrintWriter writer;

        Lines(PrintWriter writer) {
            this.writer = writer;
        }

        @Override
        public void publish(LogRecord line) {
            if (isLoggable(line)) {
                String message = formatter.formatMessage(line);
                writer.println(
                        format == Format.JSON
                                ? json(line, message)
                                : TIME.format(line.getInstant()) + " " + name(line.getLevel()) + " "
                                        + CONTROL.matcher(message).replaceAll(" "));
            }
        }

        @Override
        public void flush() {
            writer.flush();
        }

        @Override
        public void close() {
            flush();
        }
    }
}

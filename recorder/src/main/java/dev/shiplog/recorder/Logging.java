package dev.shiplog.recorder;

import java.io.PrintWriter;
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

/** Sets up the process's log: one line each, to one writer; libraries only when they warn. */
final class Logging {
    private Logging() {}

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

    /** Holds our logger: the manager forgets loggers, and their levels, that nobody holds. */
    private static final class Ours {
        static final Logger LOGGER = Logger.getLogger("dev.shiplog");
    }

    private static final class Lines extends Handler {
        /** Always three decimals, so that lines align. */
        private static final DateTimeFormatter TIME =
                new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

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
                writer.println(TIME.format(line.getInstant()) + " " + name(line.getLevel()) + " "
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

        private static String name(Level level) {
            if (level.intValue() >= Level.SEVERE.intValue()) {
                return "ERROR";
            }
            return level.intValue() >= Level.WARNING.intValue() ? "WARN " : "INFO ";
        }
    }
}

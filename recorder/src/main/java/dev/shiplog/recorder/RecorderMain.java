package dev.shiplog.recorder;

import dev.shiplog.journal.JournalFailedException;
import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.recorder.control.NoteCommand;
import dev.shiplog.recorder.control.StatusCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The recorder's command line, and its process: streams, signals, exit code. Exit codes: 0 stopped as asked, 1 could
 * not begin, 2 wrong usage, 3 the journal broke or a thread was lost.
 */
final class RecorderMain {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int BROKEN = 3;

    private final Map<String, String> environment;
    private @Nullable Recording recorder;
    private @Nullable String stopping;

    RecorderMain(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Records, unless only a text is asked for; ends the process. */
    static void start(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
        Logging.to(err);
        RecorderMain main = new RecorderMain(System.getenv());
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> main.lost(thread, thrown, err));
        CompletableFuture<Integer> code = new CompletableFuture<>();
        Thread hook = new Thread(() -> main.terminated(code), "shiplog-stop");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // a signal came before: the process ends, and nothing is begun
        }
        try {
            code.complete(main.run(args, out, err));
        } finally {
            code.complete(FAILED); // run threw something unforeseen, and a signal must not wait for it
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // a signal: the hook ends the process
        }
        if (code.join() == BROKEN) {
            // The journal in memory must not be touched again, not even to close it.
            Runtime.getRuntime().halt(BROKEN);
        }
        System.exit(code.join());
    }

    /**
     * A thread has ended that should not. Its recorder would record only a part, and nothing would tell: it ends, and the
     * restart policy starts a new one. The threads that serve metrics are no part of that, and one that is stopped ends anyway.
     */
    private void lost(Thread thread, Throwable thrown, PrintWriter err) {
        String name = thread.getName();
        boolean records = name.equals("main") || name.startsWith("shiplog-") && !name.equals("shiplog-http");
        boolean ends = records && !isStopping();
        Logging.end(err, Level.SEVERE, "thread " + name + " ended: " + thrown + (ends ? "; so does the recorder" : ""));
        thrown.printStackTrace(err);
        if (ends) {
            Runtime.getRuntime().halt(BROKEN);
        }
    }

    private synchronized boolean isStopping() {
        return stopping != null;
    }

    /** Runs until it is stopped, and gives the exit code. */
    int run(String[] args, PrintWriter out, PrintWriter err) {
        CommandLine line = CommandLineOptions.commandLine();
        try {
            ParseResult parsed = line.parseArgs(args);
            if (parsed.isUsageHelpRequested()) {
                line.usage(out);
                return OK;
            }
            if (parsed.isVersionHelpRequested()) {
                out.println("shiplog recorder " + version());
                return OK;
            }
            if (parsed.hasMatchedOption(ShellCompletion.OPTION)) {
                out.print(ShellCompletion.script(line, parsed.matchedOptionValue(ShellCompletion.OPTION, "")));
                out.flush();
                return OK;
            }
            Settings settings = new Settings(flags(parsed), environment, RecorderConfig.OPTIONS);
            RecorderConfig config = RecorderConfig.of(settings, environment);
            Logging.set(config.logDetail(), config.logFormat());
            settings.tell();
            return record(config, err);
        } catch (UnmatchedArgumentException e) {
            err.println("recorder: " + unmatched(e));
            return USAGE;
        } catch (ParameterException e) {
            err.println("recorder: " + e.getMessage() + "; recorder --help lists the options");
            return USAGE;
        } catch (UsageException e) {
            err.println("recorder: " + e.getMessage());
            return USAGE;
        }
    }

    /** Says what is not known, and what may have been meant. */
    private static String unmatched(UnmatchedArgumentException e) {
        String first = e.getUnmatched().get(0);
        if (first.equals("replay")) {
            return "replay is another program; in the image: docker exec NAME replay, or docker run --entrypoint replay";
        }
        if (!first.startsWith("-")) {
            return "no such command: " + first + "; there are " + NoteCommand.NAME + " and " + StatusCommand.NAME
                    + ", and without one it records";
        }
        String meant = e.getSuggestions().stream()
                .findFirst()
                .map(similar -> "did you mean " + similar + "? ")
                .orElse("");
        return "no such option: " + first + "; " + meant + "recorder --help lists the options";
    }

    /** Asks the recorder to stop, and waits until it has. */
    void stop(String reason) throws InterruptedException {
        Recording running;
        synchronized (this) {
            stopping = reason;
            running = recorder;
        }
        if (running != null) {
            running.stop(reason);
        }
    }

    private int record(RecorderConfig config, PrintWriter err) {
        Recording running = config.plugin() == null
                ? new Recorder(config, RecorderMain::wallNanos, version())
                : new PluginRecorder(config, config.plugin(), RecorderMain::wallNanos, version());
        synchronized (this) {
            if (stopsBeforeItBegan(err)) {
                return OK;
            }
            recorder = running;
        }
        try {
            running.run();
            return OK;
        } catch (JournalFailedException e) {
            // A process that is ending loads no more classes of Chronicle; nothing is wrong with the journal then.
            if (!running.begun() && stopsBeforeItBegan(err)) {
                return OK;
            }
            Logging.end(err, Level.SEVERE, String.valueOf(e.getMessage()));
            return BROKEN;
        } catch (IOException e) {
            if (!running.begun() && stopsBeforeItBegan(err)) {
                return OK; // it waited for room on the disk
            }
            Logging.end(err, Level.SEVERE, FileErrors.line(e));
            return FAILED;
        } catch (InterruptedException e) {
            return FAILED;
        }
    }

    private synchronized boolean stopsBeforeItBegan(PrintWriter err) {
        if (stopping != null) {
            Logging.end(err, Level.INFO, "stopped: " + stopping + "; nothing was begun");
        }
        return stopping != null;
    }

    /**
     * Ends the process after a signal with the exit code of the run: 143, as of a killed process, looks like a failure.
     */
    private void terminated(CompletableFuture<Integer> code) {
        try {
            stop("terminated by a signal");
            Runtime.getRuntime().halt(code.join());
        } catch (InterruptedException e) {
            Runtime.getRuntime().halt(FAILED);
        }
    }

    private static Map<String, List<String>> flags(ParseResult parsed) {
        Map<String, List<String>> flags = new HashMap<>();
        for (OptionSpec option : parsed.matchedOptions()) {
            flags.put(option.longestName().substring(2), option.stringValues());
        }
        return flags;
    }

    private static String version() {
        return Objects.requireNonNullElse(RecorderMain.class.getPackage().getImplementationVersion(), "(unpackaged)");
    }

    private static long wallNanos() {
        return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
    }
}

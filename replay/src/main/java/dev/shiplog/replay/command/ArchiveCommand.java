package dev.shiplog.replay.command;

import dev.shiplog.journal.archive.ArchiveKeys;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.replay.archive.Rotation;
import dev.shiplog.replay.archive.Rotation.Trouble;
import dev.shiplog.timeline.Amounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Archives segments, as cron does. */
@Command(
        name = "archive",
        description = "Makes an archive of each closed segment: one small file that proves what it holds.",
        footer = {
            "",
            "Each archive is forced to disk, read back, and compared with its segment record by record",
            "before the hook runs and the segment is deleted. A run that is killed leaves each segment or",
            "its archive, and the next one goes on. A run prints nothing unless somebody should look at it.",
            "",
            "Examples:",
            "  replay archive --to /srv/archives /srv/events",
            "  replay archive --to /srv/archives --delete --older-than 6h --keep-archives-for 365d /srv/events",
            "  replay archive --to /srv/archives --delete --hook 'rclone copy \"$1\" remote:vm7' /srv/events",
            "  replay archive --to /srv/archives --all -v /mnt/dead-host/srv/events",
            "  replay archive --to /srv/archives --delete --dry-run /srv/events",
            "",
            "Exit codes: 0 fine, 1 something was not done and the next run tries again, 2 wrong usage,",
            "4 archived without what damage took, 5 an archive does not match its manifest."
        })
final class ArchiveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "1..*", paramLabel = "JOURNAL", description = "The directory of a journal, or of several.")
    private List<String> journals = new ArrayList<>();

    @Option(
            names = "--to",
            paramLabel = "DIR",
            required = true,
            description =
                    "The directory for the archives. Make it once: this command does not, because it would fill the disk"
                            + " below one that is not mounted.")
    private String to = "";

    @Option(
            names = "--older-than",
            paramLabel = "AGE",
            description = "Only segments whose hour (or minute, or day) ended at least so long ago: 90s, 15m, 6h, 30d.")
    private @Nullable String olderThan;

    @Option(
            names = "--all",
            description = "The newest segment too, unless a recorder is running: of a dead host's journal, or a copy.")
    private boolean newestToo;

    @Option(names = "--delete", description = "Delete the segments that are archived.")
    private boolean delete;

    @Option(
            names = "--delete-damaged",
            description =
                    "With --delete, also those that are damaged or set aside (NAME.cq4.1), of which the archive holds"
                            + " what can be read.")
    private boolean deleteDamaged;

    @Option(
            names = "--hook",
            paramLabel = "CMD",
            description =
                    "Run sh -c CMD after each archive, before its segment is deleted, with the archive's path as $1 and"
                            + " in $SHIPLOG_ARCHIVE. If it fails, the segment stays, and the next run tries again.")
    private @Nullable String hook;

    @Option(
            names = "--keep-archives-for",
            paramLabel = "AGE",
            description = "Delete older archives from DIR, but never the newest of a journal.")
    private @Nullable String keptFor;

    @Option(
            names = "--keep-archives-bytes",
            paramLabel = "SIZE",
            description = "Delete the oldest archives from DIR until all take no more than this: 500m, 5g, 1t.")
    private @Nullable String keptBytes;

    @Option(
            names = "--portable",
            description = "Write records as lines of JSON under zstd: larger, and readable without this program.")
    private boolean portable;

    @Option(
            names = "--sign",
            paramLabel = "KEYFILE",
            description = "Sign each archive with this key, as openssl genpkey -algorithm ed25519 makes one.")
    private @Nullable String key;

    @Option(names = "--dry-run", description = "Do nothing, and print what would be done.")
    private boolean dryRun;

    @Option(
            names = {"-v", "--verbose"},
            description = "Say what is done with each segment and archive, and how long the hook took.")
    private boolean verbose;

    private final Console console;

    ArchiveCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Rotation.Request request = request();
        Report report = new Report(console);
        Rotation rotation = new Rotation(request, new Witness(report), console.clock());
        if (dryRun) {
            for (String line : rotation.preview()) {
                console.out()
                        .write((Console.printable(line) + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
            }
            return ExitCode.OK;
        }
        Set<Trouble> troubles;
        try (report) {
            troubles = rotation.run();
        }
        return troubles.contains(Trouble.UNDONE)
                ? ExitCode.FAILED
                : troubles.contains(Trouble.MISMATCH)
                        ? ExitCode.MISMATCH
                        : troubles.contains(Trouble.DAMAGE) ? ExitCode.DAMAGE : ExitCode.OK;
    }

    private Rotation.Request request() throws IOException {
        try {
            if (deleteDamaged && !delete) {
                throw new IllegalArgumentException("--delete-damaged is for --delete, which is missing");
            }
            Path target = console.path(to);
            Duration age = read("--older-than", olderThan, Amounts::duration);
            Duration kept = read("--keep-archives-for", keptFor, Amounts::duration);
            Long bytes = read("--keep-archives-bytes", keptBytes, Amounts::bytes);
            List<Path> directories = journals.stream().map(console::path).toList();
            if (directories.stream().anyMatch(journal -> journal.normalize().equals(target.normalize()))) {
                throw new IllegalArgumentException(
                        "--to " + to + " is the journal; archives need a directory of their own");
            }
            Usage.refuseJournal(spec, "--to " + to, target);
            PrivateKey signature = key == null ? null : ArchiveKeys.readPrivate(console.path(key));
            return new Rotation.Request(
                    target,
                    directories,
                    age,
                    newestToo,
                    delete,
                    deleteDamaged,
                    portable ? Coding.PORTABLE : Coding.COLUMNS,
                    signature,
                    hook,
                    kept,
                    bytes == null ? Long.MAX_VALUE : bytes,
                    "shiplog " + Replay.version());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static <T> @Nullable T read(String option, @Nullable String text, Function<String, T> grammar) {
        try {
            return text == null ? null : grammar.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
        }
    }

    /** Says on stderr what a run tells, and shows on a terminal how far it is. */
    private final class Witness implements Rotation.Witness {
        private final Report report;
        private final Progress progress = new Progress(console);
        private final long started = System.nanoTime();
        private String segment = "";
        private long bytes;

        Witness(Report report) {
            this.report = report;
        }

        @Override
        public void warn(String line) {
            progress.clear();
            report.flush();
            console.say(line);
        }

        @Override
        public void mention(String line) {
            if (verbose) {
                warn(line);
            }
        }

        @Override
        public void lost(Loss loss) {
            progress.clear();
            report.addLoss(loss);
        }

        @Override
        public void begin(String name, int number, int of) {
            segment = "segment " + number + " of " + of + ", " + name;
        }

        @Override
        public void passed(long more) {
            bytes += more;
            progress.step(() -> String.format(
                    Locale.ROOT, "%s, %.1f MB/s", segment, bytes * 1e3 / Math.max(1, System.nanoTime() - started)));
        }

        @Override
        public boolean isStopped() {
            return console.isStopped();
        }
    }
}

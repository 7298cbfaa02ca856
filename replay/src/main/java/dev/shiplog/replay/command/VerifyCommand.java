package dev.shiplog.replay.command;

import dev.shiplog.journal.archive.ArchiveKeys;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.replay.verify.Finding;
import dev.shiplog.replay.verify.Inventory;
import dev.shiplog.replay.verify.Options;
import dev.shiplog.replay.verify.Severity;
import dev.shiplog.replay.verify.Totals;
import dev.shiplog.replay.verify.Verification;
import dev.shiplog.replay.verify.Watcher;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Checks that segments and archives are whole, and the ones that were written. */
@Command(
        name = "verify",
        description = "Checks segments and archives, every byte and record; or a cluster, by a receipt.",
        footer = {
            "",
            "One finding a line: what it is, file, position, time, what is lost. 'tampered' and 'unsigned':",
            "an archive is not, or may not be, the one that was written. 'damaged': bytes are not what they",
            "must be. 'missing': a segment or an archive is gone. 'gap': the recorder knows that it missed",
            "something. 'deleted': gone on purpose. 'refused', 'unreadable': not checked, for lack of",
            "permission or of what it takes to read it here. 'note': nothing is wrong. The last line says",
            "what was checked and what was not.",
            "",
            "Examples:",
            "  replay verify /srv/events",
            "  replay verify --key public.pem /srv/archives",
            "  replay verify --fast --format json /srv/archives",
            "  replay verify --receipt receipt.json --to http://localhost:9200",
            "",
            "Exit codes: 0 fine, 1 failed or not allowed to read something, 2 wrong usage, 3 fine but with gaps,",
            "or there is nothing to check (even with --accept-gaps), 4 damaged or missing, 5 an archive is not",
            "what was written. 5 wins over 4, 4 over 1, 1 over 3. With --receipt: 0 the documents are all there,",
            "1 some are missing, or there are others, or the cluster does not tell; 2 wrong usage."
        })
final class VerifyCommand implements Callable<Integer> {
    /** The formats, by their names on the command line. */
    enum Format {
        table,
        json
    }

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private ReceiptOptions receipt = new ReceiptOptions();

    @Option(names = "--fast", description = "Only manifests and the beginnings of files, no records.")
    private boolean fast;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The public key (PEM, Ed25519) that archives must be signed with.")
    private @Nullable String key;

    @Option(
            names = "--accept-unsigned-cuts",
            description = "With --key: archives that are in no chain, which cut and salvage make, need no signature.")
    private boolean unsignedCuts;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table (default): for people. json: an object a line, the last one with the totals.")
    private Format format = Format.table;

    @Option(names = "--accept-gaps", description = "Exit with 0 instead of 3: tell of gaps, but do not fail for them.")
    private boolean acceptGaps;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    VerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (receipt.areGiven()) {
            return receipt.verify(console, sources.areGiven());
        }
        Options checks = options();
        Inventory inventory = Inventory.of(sources.paths(console));
        Outcome outcome = new Outcome(
                switch (format) {
                    case table -> new FindingTable(fast, inventory.files());
                    case json -> new FindingJson();
                });
        Totals totals = new Verification(checks, outcome).check(inventory);
        outcome.end(totals);
        return outcome.code;
    }

    private Options options() throws IOException {
        if (key == null && unsignedCuts) {
            throw new ParameterException(spec.commandLine(), "--accept-unsigned-cuts means nothing without --key");
        }
        return new Options(fast, key == null ? null : ArchiveKeys.readPublic(console.path(key)), unsignedCuts);
    }

    /** Shows what is found as it comes, and derives the exit code. */
    private final class Outcome implements Watcher {
        private final FindingList list;
        private final Progress progress = new Progress(console);
        private final Map<Severity, Long> counts = new EnumMap<>(Severity.class);
        private final Bytes out = new Bytes(1024);
        private int code;

        Outcome(FindingList list) {
            this.list = list;
        }

        @Override
        public void found(Finding finding) throws IOException {
            progress.clear();
            counts.merge(finding.severity(), 1L, Long::sum);
            list.add(finding, out);
            flush();
        }

        @Override
        public void read(Path file, long records) throws IOException {
            if (console.isStopped()) {
                progress.clear();
                throw new InterruptedIOException("interrupted after " + records + " records");
            }
            progress.step(() -> records + " records checked, at " + file.getFileName());
        }

        void end(Totals totals) throws IOException {
            progress.clear();
            list.end(totals, counts, exitCode(totals), out);
            code = exitCode(totals);
            flush();
        }

        private int exitCode(Totals totals) {
            return counts.keySet().stream()
                    .mapToInt(VerifyCommand.this::exitCode)
                    .reduce(totals.isNothing() ? ExitCode.GAPS : ExitCode.OK, (a, b) -> rank(a) > rank(b) ? a : b);
        }

        private void flush() throws IOException {
            console.out().write(out.array(), 0, out.length());
            console.out().flush();
            out.clear();
        }
    }

    private int exitCode(Severity severity) {
        return switch (severity) {
            case TAMPERED, MISMATCH, UNSIGNED -> ExitCode.MISMATCH;
            case DAMAGED, MISSING -> ExitCode.DAMAGE;
            case REFUSED, UNREADABLE -> ExitCode.FAILED;
            case GAP -> acceptGaps ? ExitCode.OK : ExitCode.GAPS;
            case DELETED, NOTE -> ExitCode.OK;
        };
    }

    /** That something was not checked matters more than a gap, and less than what is known to be wrong. */
    private static int rank(int exitCode) {
        return exitCode == ExitCode.FAILED ? 2 * ExitCode.GAPS + 1 : 2 * exitCode;
    }
}

package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.replay.archive.Salvage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes archives of what is intact of damaged segments and archives. */
@Command(
        name = "salvage",
        description = "Makes archives of what is intact of damaged segments and archives.",
        footer = {
            "",
            "Each segment, and each archive, becomes a new archive of its own, which tells what is lost. An",
            "archive whose manifest is damaged is searched for blocks of records, which prove themselves.",
            "Nothing is changed in place, and no file is replaced.",
            "",
            "Examples:",
            "  replay salvage -o saved.tar /srv/events/20261121-11F.cq4.1",
            "  replay salvage -o /srv/saved /mnt/dead/srv/events",
            "",
            "Exit codes: 0 fine, 1 failed, 2 wrong usage, 4 something was damaged and may be left behind."
        })
final class SalvageCommand implements Callable<Integer> {
    private static final String SUFFIX = ".tar";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Sources sources = new Sources();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE|DIR",
            required = true,
            description = "The new archive, which must end in .tar, or a directory for it. Several need a directory.")
    private String output = "";

    @Option(
            names = "--portable",
            description = "Write records as lines of JSON under zstd: larger, and readable without this program.")
    private boolean portable;

    private final Console console;

    SalvageCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Path target = target();
        List<Segment> segments = Catalog.list(sources.paths(console));
        if (segments.size() > 1 && !Files.isDirectory(target)) {
            throw new IOException(target + ": is no directory, and the sources hold " + segments.size() + " segments");
        }
        Salvage salvage =
                new Salvage(target, portable ? Coding.PORTABLE : Coding.COLUMNS, "shiplog " + Replay.version());
        try (Report report = new Report(console)) {
            boolean complete = true;
            for (Segment segment : segments) {
                if (console.isStopped()) {
                    throw new InterruptedIOException("interrupted before " + segment.name());
                }
                if (segment.copyOf() != null) {
                    report.addCopy(segment);
                } else {
                    complete &= salvage(segment, salvage, report);
                }
            }
            int code = report.summarise();
            return code == ExitCode.OK && !complete || code == ExitCode.MISMATCH ? ExitCode.DAMAGE : code;
        }
    }

    private Path target() {
        try {
            Path target = console.path(output);
            if (!Files.isDirectory(target) && !output.endsWith(SUFFIX)) {
                throw new IllegalArgumentException(
                        "-o " + output + ": is no directory, and an archive ends in " + SUFFIX);
            }
            return target;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Salvages a segment; false if its manifest was not of use, so that not all of it is saved. */
    private boolean salvage(Segment segment, Salvage salvage, Report report) throws IOException {
        Salvage.Saved saved;
        try {
            saved = salvage.of(segment);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(e.getMessage() + ": exists; salvage replaces no file", e);
        }
        saved.losses().forEach(report::addLoss);
        report.flush();
        if (!saved.unusable().isEmpty()) {
            console.say(segment.name() + ": its manifest cannot be used: " + saved.unusable()
                    + "; what only that holds is lost, such as the headers of the segment");
        }
        Path file = saved.file();
        console.say(
                file == null
                        ? segment.name() + ": nothing of it is intact"
                        : segment.name() + ": saved " + Report.count(saved.records(), "record", "records") + " to "
                                + file);
        return saved.unusable().isEmpty();
    }
}

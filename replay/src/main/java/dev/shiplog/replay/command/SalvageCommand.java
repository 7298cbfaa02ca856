package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.replay.archive.Salvage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes archives of what is intact of damaged segments and archives. */
@Command(
        name = "salvage",
        description = "Saves what is intact of damaged segments and archives, as new archives.",
        footer = {
            "",
            "Each segment, and each archive, becomes a new archive of its own, which tells what is lost. If",
            "there are several, -o must be a directory, where each new archive gets the usual name. An",
            "archive whose manifest is damaged is searched for blocks of records, each of which has a",
            "checksum of its own. The sources stay as they are, and no file is replaced.",
            "",
            "Examples:",
            "  replay salvage -o saved.tar /srv/events/20261121-11F.cq4.1",
            "  replay salvage -o /srv/saved /mnt/dead/srv/events",
            "",
            "Exit codes: 0 fine, 1 failed, 2 wrong usage, 4 something was damaged and may be left behind."
        })
final class SalvageCommand implements Callable<Integer> {
    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private NewArchive archive = new NewArchive();

    private final Console console;

    SalvageCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Path target = archive.fileOrDirectory(console);
        try (Report report = new Report(console);
                Progress progress = new Progress(console)) {
            List<Salvage.Job> jobs = plan(target, report);
            Salvage salvage = new Salvage(archive.coding(), "shiplog " + Replay.version(), (segment, number) -> {
                if (console.isStopped()) {
                    throw new InterruptedIOException("interrupted at record " + number + " of " + segment.name());
                }
                progress.step(() -> number + " records saved of " + segment.name());
            });
            boolean complete = true;
            for (Salvage.Job job : jobs) {
                Salvage.Saved saved = run(salvage, job);
                progress.clear();
                tell(saved, job.segment(), report);
                complete &= saved.unusable().isEmpty();
            }
            int code = report.summarise();
            return code == ExitCode.OK && !complete || code == ExitCode.MISMATCH ? ExitCode.DAMAGE : code;
        }
    }

    /** What is to be done; an error where it cannot be, before anything is done. */
    private List<Salvage.Job> plan(Path target, Report report) throws IOException {
        List<Segment> segments = new ArrayList<>();
        for (Segment segment : Catalog.list(sources.paths(console))) {
            if (segment.copyOf() == null) {
                segments.add(segment);
            } else {
                report.addCopy(segment);
            }
        }
        if (segments.size() > 1 && !Files.isDirectory(target)) {
            throw new IOException(target + ": is no directory, and the sources hold " + segments.size() + " segments");
        }
        try {
            return Salvage.plan(segments, target);
        } catch (FileAlreadyExistsException e) {
            throw archive.isThere(e.getFile());
        }
    }

    private Salvage.Saved run(Salvage salvage, Salvage.Job job) throws IOException {
        try {
            return salvage.run(job);
        } catch (FileAlreadyExistsException e) {
            throw archive.isThere(e.getFile());
        }
    }

    private void tell(Salvage.Saved saved, Segment segment, Report report) {
        saved.losses().forEach(report::addLoss);
        report.flush();
        if (!saved.unusable().isEmpty()) {
            console.say(segment.name() + ": its manifest cannot be used: " + saved.unusable()
                    + "; what only the manifest has is lost, such as the headers of the segment");
        }
        Path file = saved.file();
        console.say(
                file == null
                        ? segment.name() + ": nothing of it is intact"
                        : segment.name() + ": saved " + Report.count(saved.records(), "record", "records") + " to "
                                + file);
    }
}

package dev.shiplog.replay.command;

import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.ship.Asking;
import dev.shiplog.replay.ship.Preflight;
import dev.shiplog.replay.ship.TemplateSetup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that say how a cluster is prepared for a shipment, and what is done for that. */
final class SetupOptions {
    @Option(
            names = "--setup",
            description =
                    "First install the templates by which the cluster makes indices, in place of older or changed ones;"
                            + " without a SOURCE, do no more. Without this, a missing template is installed, no other.")
    private boolean setup;

    @Option(names = "--no-setup", description = "Install nothing; of a missing template only tell.")
    private boolean noSetup;

    @Option(
            names = "--keep",
            paramLabel = "TIME",
            description =
                    "With --setup: let the cluster delete each index so long after it was made, such as 90d. Without it,"
                            + " nothing is deleted.")
    private @Nullable String keep;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb = CommandSpec.create();

    /** Whether templates are to be installed in any case. */
    boolean isSetup() {
        return setup;
    }

    /** @throws picocli.CommandLine.ParameterException if the options make no sense together */
    void check() {
        Usage.check(verb, !(setup && noSetup), "--setup and --no-setup exclude each other");
        Usage.check(verb, keep == null || setup, "--keep needs --setup");
        Usage.check(
                verb,
                keep == null || keep.matches("[1-9]\\d{0,5}[dh]"),
                "--keep " + keep + ": write days or hours, as in 90d or 12h");
    }

    /** Installs the templates, and prints what was done. */
    void install(Console console, Asking asking, String prefix, Vocabulary fields) throws IOException {
        new Preflight(asking).greet();
        String done = new TemplateSetup(asking, prefix, fields.name()).install(keep);
        console.out().write((done + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Installs what is missing, and refuses what would fail later. */
    void prepare(Asking asking, String prefix, Vocabulary fields, TimeRange range, boolean resumes) throws IOException {
        Preflight preflight = new Preflight(asking);
        preflight.greet();
        try {
            new TemplateSetup(asking, prefix, fields.name()).ensure(!noSetup);
            preflight.check(prefix, range, resumes);
        } catch (IllegalArgumentException e) {
            Usage.check(verb, false, String.valueOf(e.getMessage()));
        }
    }
}

package dev.shiplog.replay.command;

import dev.shiplog.replay.ship.Asking;
import dev.shiplog.replay.ship.Cluster;
import dev.shiplog.replay.ship.Preflight;
import dev.shiplog.replay.ship.ReceiptCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options by which verify counts in a cluster what a receipt of ship says. */
final class ReceiptOptions {
    /** Long enough for a node to come back: a count is not worth waiting for longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Option(
            names = "--receipt",
            paramLabel = "FILE",
            description =
                    "In place of files: count in the cluster of --to the documents that this receipt of ship says are"
                            + " there.")
    private @Nullable String file;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb = CommandSpec.create();

    /** Whether a receipt is to be verified. */
    boolean areGiven() {
        Usage.check(verb, file != null || !cluster.isGiven(), "--to needs --receipt");
        return file != null;
    }

    /** Counts, and says what is not as the receipt says. */
    int verify(Console console, boolean otherSources) throws IOException {
        Usage.check(verb, !otherSources, "--receipt takes the place of SOURCE");
        Path path = Usage.of(verb, () -> console.path(String.valueOf(file)));
        ReceiptCheck check = ReceiptCheck.of(path);
        Cluster at = new Cluster(cluster.target(console));
        Asking asking = Asking.of(at, PATIENCE, console.stop(), console.clock(), console::say);
        new Preflight(asking).greet();
        ReceiptCheck.Result result = check.check(asking);
        StringBuilder text = new StringBuilder();
        for (String line : result.lines()) {
            text.append(Console.printable(line)).append('\n');
        }
        text.append(result.text()).append('\n');
        console.out().write(text.toString().getBytes(StandardCharsets.UTF_8));
        return result.isFine() ? ExitCode.OK : ExitCode.FAILED;
    }
}

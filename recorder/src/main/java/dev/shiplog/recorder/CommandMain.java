package dev.shiplog.recorder;

import dev.shiplog.recorder.control.NoteCommand;
import dev.shiplog.recorder.control.StatusCommand;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;

/**
 * The process's main class: finds out what is asked for. To ask a recorder that runs takes few classes, none of them of a
 * library, so that it starts fast; everything else is {@link RecorderMain}'s.
 */
public final class CommandMain {
    private CommandMain() {}

    public static void main(String[] args) {
        String verb = args.length == 0 ? "" : args[0];
        if (!verb.equals(NoteCommand.NAME) && !verb.equals(StatusCommand.NAME)) {
            RecorderMain.start(args);
            return;
        }
        PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
        String dataDir = System.getenv().getOrDefault("SHIPLOG_DATA_DIR", RecorderConfig.DEFAULT_DATA_DIR);
        List<String> rest = List.of(args).subList(1, args.length);
        System.exit(
                verb.equals(NoteCommand.NAME)
                        ? NoteCommand.run(rest, dataDir, out, err)
                        : StatusCommand.run(rest, dataDir, out, err));
    }
}

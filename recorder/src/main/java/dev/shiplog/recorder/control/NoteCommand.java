package dev.shiplog.recorder.control;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code recorder note}: has a running recorder write a note into its journal. Without picocli, so that it starts fast. */
public final class NoteCommand {
    /** The first argument. */
    public static final String NAME = "note";

    private static final String DATA_DIR = "--data-dir";
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final List<String> HELP = List.of(
            "Usage: recorder note [--data-dir DIR] TEXT...",
            "Has the recorder that writes to DIR write a note into its journal: a deployment, a change, a drill. It is a mark,",
            "which replay shows among the events, at the moment at which the recorder got it.",
            "",
            "  --data-dir DIR   where the journal is; else SHIPLOG_DATA_DIR, else /srv/events",
            "",
            "Exit codes: 0 noted, 1 not noted, 2 wrong usage.",
            "",
            "Examples:",
            "  recorder note deployed shop 1.4",
            "  docker exec events recorder note 'load test begins, 200 users'");

    private NoteCommand() {}

    /**
     * Runs it.
     *
     * @param args after {@link #NAME}
     * @param dataDir where the journal is unless {@code args} say it
     * @return the exit code
     */
    public static int run(List<String> args, String dataDir, PrintWriter out, PrintWriter err) {
        String directory = dataDir;
        List<String> words = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (!words.isEmpty() || !arg.startsWith("-")) {
                words.add(arg);
            } else if (arg.equals("--help") || arg.equals("-h")) {
                HELP.forEach(out::println);
                return OK;
            } else if (arg.startsWith(DATA_DIR + "=")) {
                directory = arg.substring(DATA_DIR.length() + 1);
            } else if (arg.equals(DATA_DIR) && i + 1 < args.size()) {
                directory = args.get(++i);
            } else if (arg.equals("--")) {
                words.addAll(args.subList(i + 1, args.size()));
                break;
            } else {
                err.println("recorder: note knows no option " + arg + "; see 'recorder note --help'");
                return USAGE;
            }
        }
        String text = String.join(" ", words).strip();
        if (text.isEmpty()) {
            err.println("recorder: a note needs a text, as in 'recorder note deployed 1.4'");
            return USAGE;
        }
        return send(Path.of(directory), text, err);
    }

    private static int send(Path directory, String text, PrintWriter err) {
        try {
            if (Client.ask(directory, ControlSocket.NOTE + text).equals(ControlSocket.OK)) {
                return OK;
            }
            err.println("recorder: not noted: the recorder gives no answer");
        } catch (IOException e) {
            err.println("recorder: not noted: " + e.getMessage());
        }
        return FAILED;
    }
}

package dev.shiplog.recorder.control;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** {@code recorder status}: has a running recorder say how it goes. Without picocli, so that it starts fast. */
public final class StatusCommand {
    /** The first argument. */
    public static final String NAME = "status";

    private static final String DATA_DIR = "--data-dir";
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final List<String> HELP = List.of(
            "Usage: recorder status [--data-dir DIR] [--json]",
            "Has the recorder that writes to DIR say how it goes: since when it records, whether the engine answers, the newest",
            "record, what waits for the disk, what was dropped or missed, and how long the disk lasts. Numbers are of this run.",
            "",
            "  --data-dir DIR   where the journal is; else SHIPLOG_DATA_DIR, else /srv/events",
            "  --json           one JSON object instead of lines for people",
            "",
            "Exit codes: 0 it records and the engine answers, 1 no recorder runs here or it gives no answer, 2 wrong usage,",
            "3 it runs, but something is wrong now: the engine does not answer, the disk is full, or the writer is more than",
            "5 s behind. The lines that begin with 'wrong' and the JSON's member 'problems' say what.",
            "",
            "Examples:",
            "  recorder status",
            "  docker exec events recorder status --json");

    private StatusCommand() {}

    /**
     * Runs it.
     *
     * @param args after {@link #NAME}
     * @param dataDir where the journal is unless {@code args} say it
     * @return the exit code
     */
    public static int run(List<String> args, String dataDir, PrintWriter out, PrintWriter err) {
        String directory = dataDir;
        String form = ControlSocket.TEXT;
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (arg.equals("--help") || arg.equals("-h")) {
                HELP.forEach(out::println);
                return OK;
            } else if (arg.equals("--json")) {
                form = ControlSocket.JSON;
            } else if (arg.startsWith(DATA_DIR + "=")) {
                directory = arg.substring(DATA_DIR.length() + 1);
            } else if (arg.equals(DATA_DIR) && i + 1 < args.size()) {
                directory = args.get(++i);
            } else {
                err.println("recorder: status knows no option " + arg + "; see 'recorder status --help'");
                return USAGE;
            }
        }
        try {
            return print(Client.ask(Path.of(directory), ControlSocket.STATUS + form), out);
        } catch (InvalidPathException e) {
            err.println("recorder: " + DATA_DIR + ": \"" + directory + "\" is not a path");
            return USAGE;
        } catch (IOException e) {
            err.println("recorder: no status: " + e.getMessage());
            return FAILED;
        }
    }

    /** Prints what follows the first line, which has the exit code. */
    private static int print(String answer, PrintWriter out) throws IOException {
        int end = answer.indexOf('\n');
        String head = answer.substring(0, Math.max(0, end));
        if (!head.matches("status \\d")) {
            throw new IOException("the recorder gives no answer");
        }
        out.print(answer.substring(end + 1));
        out.flush();
        return head.charAt(head.length() - 1) - '0';
    }
}

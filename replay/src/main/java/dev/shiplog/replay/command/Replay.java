package dev.shiplog.replay.command;

import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.file.ZstdMissingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of replay: finds the verb, and turns any failure into a line and an exit code. */
@Command(
        name = "replay",
        description = "Answers questions about the past of a Docker host from a recorder's journal.",
        synopsisSubcommandLabel = "VERB",
        commandListHeading = "%nVerbs:%n",
        versionProvider = Replay.Version.class,
        footer = {"", "'replay VERB --help' tells more of each.", "", ExitCode.HELP})
public final class Replay implements Callable<Integer> {
    /** The verbs that have something to do without a SOURCE, by some option. */
    private static final Set<String> WITHOUT_SOURCE = Set.of("ship", "verify");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = CommandLine.ScopeType.INHERIT,
            description = "Show this and exit.")
    @SuppressWarnings("UnusedVariable") // picocli sets it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    @SuppressWarnings("UnusedVariable")
    private boolean version;

    private Replay() {}

    /** Without a verb: lists the verbs. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return ExitCode.OK;
    }

    /**
     * Runs the command line {@code args}.
     *
     * @return the exit code, one of {@link ExitCode}
     */
    public static int run(Console console, String... args) {
        CommandLine commands = commandLine(console, args);
        int code = commands.execute(args);
        commands.getOut().flush();
        console.err().flush();
        return code;
    }

    /** The verbs and their options. */
    static CommandLine commandLine(Console console) {
        CommandLine commands = new CommandLine(new Replay());
        verbs(console).values().forEach(verb -> commands.addSubcommand(verb.get()));
        return finished(commands, console);
    }

    /** The same with the only verb that {@code args} can mean: to make all of them takes a third of a start. */
    private static CommandLine commandLine(Console console, String... args) {
        String first = args.length == 0 ? "" : args[0];
        Supplier<Object> verb = verbs(console).get(first);
        boolean asksForAll = verb == null || first.equals("help") || first.equals("completion");
        if (asksForAll && !(args.length == 1 && first.equals("--version"))) {
            return commandLine(console);
        }
        CommandLine commands = new CommandLine(new Replay());
        return finished(verb == null ? commands : commands.addSubcommand(verb.get()), console);
    }

    private static Map<String, Supplier<Object>> verbs(Console console) {
        Map<String, Supplier<Object>> verbs = new LinkedHashMap<>();
        verbs.put("ls", () -> new LsCommand(console));
        verbs.put("ps", () -> new PsCommand(console));
        verbs.put("inspect", () -> new InspectCommand(console));
        verbs.put("events", () -> new EventsCommand(console));
        verbs.put("logs", () -> new LogsCommand(console));
        verbs.put("explain", () -> new ExplainCommand(console));
        verbs.put("gaps", () -> new GapsCommand(console));
        verbs.put("size", () -> new SizeCommand(console));
        verbs.put("stats", () -> new StatsCommand(console));
        verbs.put("top", () -> new TopCommand(console));
        verbs.put("images", () -> new ImagesCommand(console));
        verbs.put("diff", () -> new DiffCommand(console));
        verbs.put("export", () -> new ExportCommand(console));
        verbs.put("ship", () -> new ShipCommand(console));
        verbs.put("archive", () -> new ArchiveCommand(console));
        verbs.put("verify", () -> new VerifyCommand(console));
        verbs.put("restore", () -> new RestoreCommand(console));
        verbs.put("salvage", () -> new SalvageCommand(console));
        verbs.put("cut", () -> new CutCommand(console));
        verbs.put("completion", () -> new CompletionCommand(console));
        verbs.put("complete", () -> new CompleteCommand(console));
        verbs.put("help", HelpCommand::new);
        return verbs;
    }

    private static CommandLine finished(CommandLine commands, Console console) {
        commands.getSubcommands().forEach((name, verb) -> {
            if (WITHOUT_SOURCE.contains(name)) {
                Sources.makeDispensable(verb.getCommandSpec());
            }
        });
        return commands.registerConverter(long.class, Replay::number)
                .setOut(new PrintWriter(console.out(), false, StandardCharsets.UTF_8))
                .setErr(console.err())
                .setUsageHelpWidth(100)
                .setHelpFactory(WordHelp::new)
                .setParameterExceptionHandler((e, given) -> wrongUsage(e, console))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, console));
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not a number");
        }
    }

    private static int wrongUsage(ParameterException e, Console console) {
        CommandLine command = e.getCommandLine();
        String what = String.valueOf(e.getMessage());
        String hint = "";
        if (e instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().get(0);
            what = (first.startsWith("-") ? "no such option: " : "no such verb: ") + first;
            hint = unmatched.getSuggestions().stream()
                    .findFirst()
                    .map(similar -> "did you mean " + similar + "? ")
                    .orElse("");
        }
        String name = command.getCommandSpec().qualifiedName();
        console.say(what + "; " + hint + "see '" + name + " --help'");
        return ExitCode.USAGE;
    }

    private static int failed(Exception e, Console console) {
        if (e instanceof BrokenPipeException) {
            return ExitCode.OK;
        }
        if (e instanceof IOException io) {
            console.say(FileErrors.line(io) + (io instanceof AccessDeniedException ? "; " + Report.ADVICE : ""));
        } else if (e instanceof ZstdMissingException) {
            console.say(String.valueOf(e.getMessage()));
        } else {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            console.say("this is a bug, please report it:");
            trace.toString().lines().map(Console::printable).forEach(console.err()::println);
        }
        return ExitCode.FAILED;
    }

    /** The version that the build wrote into the jar. */
    static String version() {
        String version = Replay.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }

    /** As {@code --version} prints it. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"shiplog replay " + version()};
        }
    }
}

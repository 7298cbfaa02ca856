package dev.shiplog.recorder;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Whether a recorder would understand how files start it, without starting one. */
public final class RecorderOptions {
    private RecorderOptions() {}

    /**
     * Fails unless it understands all of them.
     *
     * @param arguments its command line
     * @param environment of which what begins with {@code SHIPLOG_} must be an option
     */
    public static void check(List<String> arguments, Map<String, String> environment) throws Exception {
        ParseResult parsed = CommandLineOptions.commandLine().parseArgs(arguments.toArray(String[]::new));
        Map<String, List<String>> flags = new HashMap<>();
        for (OptionSpec option : parsed.matchedOptions()) {
            flags.put(option.longestName().substring(2), option.stringValues());
        }
        RecorderConfig.of(new Settings(flags, environment, RecorderConfig.OPTIONS), environment);
        List<String> unknown = new ArrayList<>(environment.keySet());
        unknown.removeIf(name -> !name.startsWith("SHIPLOG_"));
        RecorderConfig.OPTIONS.forEach(option ->
                unknown.remove("SHIPLOG_" + option.toUpperCase(Locale.ROOT).replace('-', '_')));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("no options: " + unknown);
        }
    }
}

package dev.shiplog.replay.command;

import dev.shiplog.replay.export.LogJoin.Continuation;
import dev.shiplog.timeline.ContainerRule;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Stack;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The option by which records of logs that belong together become one. */
final class JoinOption {
    static final String INDENT = "indent";

    @Option(
            names = "--join",
            arity = "0..1",
            fallbackValue = "",
            preprocessor = Attached.class,
            paramLabel = "indent|REGEX",
            description = "Join the parts of a line that the engine cut; with =indent also lines that begin with white"
                    + " space to the one before, with =REGEX each line that it does not match.")
    private @Nullable String join;

    /** A value belongs to the option only behind an equals sign: what follows a space may be a source. */
    static final class Attached implements IParameterPreprocessor {
        @Override
        @SuppressWarnings("JdkObsolete") // picocli's
        public boolean preprocess(Stack<String> args, CommandSpec verb, ArgSpec option, Map<String, Object> info) {
            if (!"=".equals(info.get("separator"))) {
                args.push("");
            }
            return false;
        }
    }

    boolean isGiven() {
        return join != null;
    }

    /**
     * Which lines go on from the one before.
     *
     * @throws IllegalArgumentException if the option makes no sense
     */
    Continuation continuation() {
        String how = join;
        if (how == null || how.isEmpty()) {
            return Continuation.NEVER;
        }
        if (how.equals(INDENT)) {
            return Continuation.INDENTED;
        }
        Predicate<String> begins;
        try {
            begins = ContainerRule.fitting("~" + how);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--join=" + how + ": " + e.getMessage(), e);
        }
        return line -> !begins.test(new String(line, StandardCharsets.UTF_8));
    }
}

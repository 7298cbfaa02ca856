package dev.shiplog.replay.explain;

import java.util.List;
import java.util.Set;

/** Signals and exit codes, as Linux numbers them on x86 and ARM. */
final class Signals {
    static final int KILL = 9;
    static final int TERM = 15;
    /** A process that dies of a signal has this and the signal's number as its exit code. */
    static final int BASE = 128;

    private static final List<String> NAMES = List.of(
            "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
            "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM",
            "PROF", "WINCH", "IO", "PWR", "SYS");

    /** What a process raises by an error of its own: ILL, TRAP, ABRT, BUS, FPE, SEGV, PIPE, XCPU, XFSZ, SYS. */
    private static final Set<Integer> OF_ERRORS = Set.of(4, 5, 6, 7, 8, 11, 13, 24, 25, 31);

    /** What asks a process to end: INT, QUIT, KILL, TERM. */
    private static final Set<Integer> ENDING = Set.of(2, 3, KILL, TERM);

    private Signals() {}

    /** {@code SIGTERM} for 15. */
    static String name(int signal) {
        return signal > 0 && signal < NAMES.size() ? "SIG" + NAMES.get(signal) : "signal " + signal;
    }

    /** 15 for {@code SIGTERM}, {@code TERM}, {@code 15} and for what is not known, which is what the engine takes then. */
    static int number(String name) {
        String plain = name.startsWith("SIG") ? name.substring("SIG".length()) : name;
        int known = plain.isEmpty() ? -1 : NAMES.indexOf(plain);
        if (known > 0) {
            return known;
        }
        try {
            return Integer.parseInt(plain);
        } catch (NumberFormatException e) {
            return TERM;
        }
    }

    /** The signal that an exit code tells of; 0 if it tells of none. */
    static int of(int exitCode) {
        return exitCode > BASE && exitCode < BASE + NAMES.size() ? exitCode - BASE : 0;
    }

    static boolean isOfError(int signal) {
        return OF_ERRORS.contains(signal);
    }

    static boolean isEnding(int signal) {
        return ENDING.contains(signal);
    }

    /** What is known of an exit code, as a clause to follow it; empty if nothing is. */
    static String meaning(int exitCode) {
        return switch (exitCode) {
            case 0 -> "success";
            case 1 -> "a general error";
            case 2 -> "often wrong usage, or an error of a shell";
            case 125 -> "an error of the engine, or of a program that uses its codes";
            case 126 -> "a shell could not execute a command";
            case 127 -> "a shell did not find a command";
            case 255 -> "an exit status out of range, such as -1";
            default -> of(exitCode) > 0 ? "128 and " + name(of(exitCode)) : "";
        };
    }
}

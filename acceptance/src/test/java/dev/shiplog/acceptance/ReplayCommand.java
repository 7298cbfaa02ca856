package dev.shiplog.acceptance;

import dev.shiplog.replay.ReplayMain;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of replay, of the classes under test, with the options that {@code scripts/replay} gives its JVM. */
final class ReplayCommand {
    private ReplayCommand() {}

    static List<String> of(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + Path.of("..", "scripts", "replay.options").toAbsolutePath());
        command.addAll(List.of("-cp", String.join(File.pathSeparator, RecorderProcess.classPath())));
        command.add(ReplayMain.class.getName());
        command.addAll(List.of(arguments));
        return command;
    }
}

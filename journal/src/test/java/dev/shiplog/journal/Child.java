package dev.shiplog.journal;

import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** What tests do in a process of its own; the first argument says what, the second is the journal. */
final class Child {
    private Child() {}

    @SuppressWarnings("SystemOut") // the parent reads it
    public static void main(String[] args) throws Exception {
        Path journal = Path.of(args[1]);
        switch (args[0]) {
            case "append" -> {
                try (Appender appender = Journals.open(journal)) {
                    for (int i = 0; i < 1000; i++) {
                        appender.append(Journals.stats(i, Journals.START + i));
                    }
                    appender.sync();
                    System.out.println("network sockets " + networkSockets());
                }
            }
            case "hold" -> {
                try (Appender appender = Journals.open(journal)) {
                    appender.append(Journals.stats(0, Journals.START));
                    System.out.println("held");
                    System.in.read();
                }
            }
            case "ask" -> {
                Path lock = journal.resolve(JournalLock.FILE);
                try (FileChannel file = FileChannel.open(lock, StandardOpenOption.READ);
                        FileLock asked = file.tryLock(1, Long.MAX_VALUE - 1, true)) {
                    System.out.println(asked == null ? "held" : "free");
                    System.in.read();
                }
            }
            case "read" -> {
                List<Record> records = Journals.read(journal).records();
                System.out.println("read " + records.size());
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** The descriptors of this process that the kernel's tables of internet sockets know. */
    private static Collection<String> networkSockets() throws IOException {
        String tables = "";
        for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
            Path file = Path.of("/proc/self/net", table);
            tables += Files.exists(file) ? Files.readString(file) : "";
        }
        List<String> found = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor)) {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:")
                            && tables.contains(" " + target.substring(8, target.length() - 1) + " ")) {
                        found.add(target);
                    }
                }
            }
        }
        return found;
    }

    /** The command that runs this class with the flags of this JVM. */
    static ProcessBuilder command(List<String> flags, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String opens : List.of("java.base/java.lang.reflect", "java.base/sun.nio.ch")) {
            command.add("--add-opens=" + opens + "=ALL-UNNAMED");
        }
        command.add("--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED");
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }
}

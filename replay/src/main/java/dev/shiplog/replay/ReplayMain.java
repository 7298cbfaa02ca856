package dev.shiplog.replay;

import dev.shiplog.replay.command.BrokenPipeException;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** replay as a process: its streams, signals and exit code. */
public final class ReplayMain {
    /** Time for an interrupted verb to complete its output. */
    private static final long GRACE_SECONDS = 10;

    private ReplayMain() {}

    public static void main(String[] args) {
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        int[] code = {1};
        Thread interrupt = new Thread(() -> {
            stop.countDown();
            try {
                if (ended.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                    Runtime.getRuntime().halt(code[0]);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(interrupt);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        OutputStream out = isTerminal(1) ? new TerminalOutput(new StandardOutput()) : new StandardOutput();
        Console console =
                new Console(out, err, isTerminal(2), InstantSource.system(), Path.of(""), stop, System::getenv);
        try {
            code[0] = Replay.run(console, args);
        } catch (OutOfMemoryError e) {
            long most = Runtime.getRuntime().maxMemory() >> 20;
            err.println("replay: " + most
                    + " MiB of memory are not enough; give it more, as with JAVA_TOOL_OPTIONS=-Xmx" + 2 * most + "m");
        }
        ended.countDown();
        System.exit(code[0]);
    }

    /** Whether a file descriptor of this process is a terminal; false where that cannot be found out. */
    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    /** Standard output that fails when its reader is gone; {@link System#out} would ignore that. */
    private static final class StandardOutput extends FileOutputStream {
        StandardOutput() {
            super(FileDescriptor.out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            try {
                super.write(bytes, from, count);
            } catch (IOException e) {
                throw String.valueOf(e.getMessage()).contains("Broken pipe")
                        ? new BrokenPipeException(e)
                        : new IOException("standard output: " + e.getMessage(), e);
            }
        }
    }
}

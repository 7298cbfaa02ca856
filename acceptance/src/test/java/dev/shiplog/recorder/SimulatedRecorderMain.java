package dev.shiplog.recorder;

import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A recorder whose two clocks are a file that another process moves on: 8 bytes, ns since the epoch, the lowest byte first.
 * Arguments: the file, then names and values of the recorder's options.
 */
public final class SimulatedRecorderMain {
    private SimulatedRecorderMain() {}

    public static void main(String[] args) throws Exception {
        Logging.to(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        MappedByteBuffer clock;
        try (RandomAccessFile file = new RandomAccessFile(args[0], "r")) {
            clock = file.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, Long.BYTES);
        }
        clock.order(ByteOrder.LITTLE_ENDIAN);
        LongSupplier now = () -> clock.getLong(0);
        Map<String, List<String>> flags = new HashMap<>();
        for (int i = 1; i < args.length; i += 2) {
            flags.put(args[i], List.of(args[i + 1]));
        }
        Settings settings = new Settings(flags, Map.of(), RecorderConfig.OPTIONS);
        Recorder recorder = new Recorder(RecorderConfig.of(settings, Map.of()), now, now, "simulated");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(recorder)));
        recorder.run();
    }

    private static void stop(Recorder recorder) {
        try {
            recorder.stop("terminated by a signal");
            Runtime.getRuntime().halt(0);
        } catch (InterruptedException e) {
            Runtime.getRuntime().halt(1);
        }
    }
}

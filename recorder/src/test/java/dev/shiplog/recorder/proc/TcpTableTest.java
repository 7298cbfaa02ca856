package dev.shiplog.recorder.proc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.testkit.FakeProc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TcpTableTest {
    private static final String HEADING = "  sl  local_address rem_address   st tx_queue\n";

    private static String json(String table) throws IOException {
        return json(new ByteArrayInputStream(table.getBytes(UTF_8)));
    }

    private static String json(InputStream table) throws IOException {
        TcpCounts counts = new TcpCounts();
        assertThat(new TcpTable(Long.MAX_VALUE).count(table, counts)).isTrue();
        return SocketsPayloadTest.json(counts);
    }

    @Test
    void eachCodeOfTheKernelIsAState() throws IOException {
        StringBuilder table = new StringBuilder(HEADING);
        for (int code = 1; code <= 11; code++) {
            for (int i = 0; i < code; i++) {
                table.append(FakeProc.line(i, "%02X".formatted(code)));
            }
        }
        assertThat(json(table.toString()))
                .isEqualTo(
                        "{\"established\":1,\"syn_sent\":2,\"syn_recv\":3,\"fin_wait1\":4,\"fin_wait2\":5,\"time_wait\":6,"
                                + "\"close\":7,\"close_wait\":8,\"last_ack\":9,\"listen\":10,\"closing\":11}");
    }

    @Test
    void anEmptyTableHasZeros() throws IOException {
        String zeros =
                "{\"established\":0,\"syn_sent\":0,\"syn_recv\":0,\"fin_wait1\":0,\"fin_wait2\":0,\"time_wait\":0,"
                        + "\"close\":0,\"close_wait\":0,\"last_ack\":0,\"listen\":0,\"closing\":0}";
        assertThat(json(HEADING)).isEqualTo(zeros);
        assertThat(json("")).isEqualTo(zeros);
    }

    @Test
    void whatIsNoStateIsCountedAsUnknown() throws IOException {
        for (String odd : List.of("00", "0C", "0D", "FF", "1", "001", "0G", "-1", "é0", "01x")) {
            String table = HEADING + FakeProc.line(0, "0A") + FakeProc.line(1, odd) + FakeProc.line(2, "01");
            assertThat(json(table)).as(odd).contains("\"established\":1", "\"listen\":1", "\"unknown\":1");
        }
        assertThat(json(HEADING + "   0: 0100007F:1F90 00000000:0000\n" + FakeProc.line(1, "01")))
                .as("a short line")
                .contains("\"established\":1", "\"unknown\":1");
        assertThat(json(HEADING + FakeProc.line(1, "01") + "   1: 0100007F:1F90 00000000:0000 0"))
                .as("a table that breaks off")
                .contains("\"established\":1", "\"unknown\":1");
        assertThat(json(HEADING + "\n  \n" + FakeProc.line(1, "01")))
                .as("empty lines")
                .contains("\"established\":1")
                .doesNotContain("unknown");
    }

    @Test
    void stopsAtTheMost() throws IOException {
        StringBuilder table = new StringBuilder(HEADING);
        for (int i = 0; i < 1_000; i++) {
            table.append(FakeProc.line(i, "01"));
        }
        byte[] bytes = table.toString().getBytes(UTF_8);
        assertThat(new TcpTable(1_000).count(new ByteArrayInputStream(bytes), new TcpCounts()))
                .isTrue();
        assertThat(new TcpTable(900).count(new ByteArrayInputStream(bytes), new TcpCounts()))
                .isFalse();
        TcpCounts some = new TcpCounts();
        TcpTable reused = new TcpTable(900);
        reused.count(new ByteArrayInputStream(bytes), some);
        TcpCounts next = new TcpCounts();
        assertThat(reused.count(new ByteArrayInputStream((HEADING + FakeProc.line(1, "0A")).getBytes(UTF_8)), next))
                .isTrue();
        assertThat(next.of(TcpState.LISTEN)).isEqualTo(1);
        assertThat(next.total()).isEqualTo(1);
    }

    @Test
    void aTableThatIsNotThereHasNothing() throws IOException {
        TcpCounts counts = new TcpCounts();
        assertThat(new TcpTable(9).count(Path.of("/no/such/tcp6"), counts)).isTrue();
        assertThat(counts.total()).isZero();
    }

    /** Line by line, as one would write it without a thought of its cost. */
    private static TcpCounts oracle(String table) {
        TcpCounts counts = new TcpCounts();
        List<String> lines = table.isEmpty() ? List.of() : List.of(table.split("\n", -1));
        for (String line : lines.stream().skip(1).toList()) {
            List<String> words = new ArrayList<>(List.of(line.split(" ")));
            words.removeIf(String::isEmpty);
            if (words.isEmpty()) {
                continue;
            }
            String state = words.size() < 4 ? "" : words.get(3);
            int code = state.matches("[0-9a-fA-F]{2}") ? Integer.parseInt(state, 16) : 0;
            counts.add(code >= 1 && code <= 11 ? TcpState.values()[code - 1] : TcpState.UNKNOWN);
        }
        return counts;
    }

    /** Some bytes at a time, so that any place may be the end of a read. */
    private static InputStream inPieces(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 1 + random.nextInt(200)));
            }
        };
    }

    @Test
    void countsAsANaiveReaderDoes() throws IOException {
        long seed = Long.getLong("shiplog.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 1_000; round++) {
            StringBuilder text = new StringBuilder(random.nextInt(10) == 0 ? "" : HEADING);
            int lines = random.nextInt(30);
            for (int i = 0; i < lines; i++) {
                text.append(FakeProc.line(i, "%02X".formatted(random.nextInt(random.nextBoolean() ? 12 : 256))));
            }
            for (int i = random.nextInt(3) * random.nextInt(10); i > 0 && !text.isEmpty(); i--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(4)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.setCharAt(at, (char) (1 + random.nextInt(126)));
                    case 2 -> text.insert(at, random.nextBoolean() ? "\n" : " ");
                    default -> text.setLength(at);
                }
            }
            String table = text.toString();
            assertThat(json(inPieces(table.getBytes(UTF_8), random)))
                    .as("seed %d, round %d: %s", seed, round, table)
                    .isEqualTo(SocketsPayloadTest.json(oracle(table)));
        }
    }

    @Test
    void twentyThousandLinesMakeNoGarbage() throws IOException {
        StringBuilder text = new StringBuilder(HEADING);
        for (int i = 0; i < 20_000; i++) {
            text.append(FakeProc.line(i, i % 2 == 0 ? "01" : "06"));
        }
        byte[] table = text.toString().getBytes(UTF_8);
        TcpTable reader = new TcpTable(Long.MAX_VALUE);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long nanos = 0;
        long allocated = 0;
        for (int i = 0; i < 20; i++) {
            TcpCounts counts = new TcpCounts();
            InputStream in = new ByteArrayInputStream(table);
            long began = threads.getCurrentThreadCpuTime();
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThat(reader.count(in, counts)).isTrue();
            nanos = threads.getCurrentThreadCpuTime() - began;
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(counts.of(TcpState.ESTABLISHED)).isEqualTo(10_000);
            assertThat(counts.of(TcpState.TIME_WAIT)).isEqualTo(10_000);
        }
        System.out.printf(
                "TcpTableTest: 20,000 lines, %d bytes, in %.1f ms of CPU, %d bytes allocated%n",
                table.length, nanos / 1e6, allocated);
        assertThat(allocated).isLessThan(20_000);
    }
}

package dev.shiplog.recorder.proc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.timeline.payload.SocketsView;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SocketsPayloadTest {
    static String json(TcpCounts counts) {
        Bytes out = new Bytes(64);
        counts.putJson(out);
        return new String(out.toArray(), UTF_8);
    }

    private static String text(Reading<TcpCounts> tcp, Reading<SharedMemory> shm) {
        return new String(SocketsPayload.of(tcp, shm), UTF_8);
    }

    @Test
    void hasWhatWasReadAndAViewReadsItBack() {
        TcpCounts counts = new TcpCounts();
        counts.add(TcpState.LISTEN);
        counts.add(TcpState.CLOSE_WAIT);
        counts.add(TcpState.CLOSE_WAIT);
        byte[] payload = SocketsPayload.of(Reading.of(counts), Reading.of(new SharedMemory(67108864, 5242880)));
        assertThat(new String(payload, UTF_8))
                .isEqualTo("{\"tcp\":{\"established\":0,\"syn_sent\":0,\"syn_recv\":0,\"fin_wait1\":0,\"fin_wait2\":0,"
                        + "\"time_wait\":0,\"close\":0,\"close_wait\":2,\"last_ack\":0,\"listen\":1,\"closing\":0},"
                        + "\"shm\":{\"size\":67108864,\"used\":5242880,\"free\":61865984,\"used_percent\":7.81}}");
        SocketsView view = Objects.requireNonNull(SocketsView.of(payload));
        assertThat(view.tcp())
                .hasSize(11)
                .containsAllEntriesOf(Map.of("close_wait", 2L, "listen", 1L, "established", 0L));
        assertThat(view.shmSize()).isEqualTo(67108864);
        assertThat(view.shmUsed()).isEqualTo(5242880);
        assertThat(view.shmFree()).isEqualTo(61865984);
        assertThat(view.shmPercent()).isEqualTo(7.8125);
    }

    @Test
    void saysWhyAPartIsNotThere() {
        assertThat(text(Reading.skipped("it is the host's network"), Reading.of(new SharedMemory(3, 1))))
                .isEqualTo(
                        "{\"tcp_skipped\":\"it is the host's network\",\"shm\":{\"size\":3,\"used\":1,\"free\":2,\"used_percent\":33.33}}");
        byte[] nothing = SocketsPayload.of(Reading.skipped("a \"b\""), Reading.skipped("c"));
        assertThat(new String(nothing, UTF_8)).isEqualTo("{\"tcp_skipped\":\"a \\\"b\\\"\",\"shm_skipped\":\"c\"}");
        SocketsView view = Objects.requireNonNull(SocketsView.of(nothing));
        assertThat(view.tcp()).isEmpty();
        assertThat(view.shmSize()).isNaN();
        assertThat(view.shmPercent()).isNaN();
        assertThat(SocketsView.of("no".getBytes(UTF_8))).isNull();
        assertThat(SocketsView.of("[1]".getBytes(UTF_8))).isNull();
    }
}

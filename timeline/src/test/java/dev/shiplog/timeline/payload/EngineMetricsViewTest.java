package dev.shiplog.timeline.payload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.testkit.Samples;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EngineMetricsViewTest {
    private static EngineMetricsView scan(String page) {
        return EngineMetricsView.scan(page.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsThePageOfARealEngine() {
        assertThat(EngineMetricsView.scan(Samples.metrics()))
                .isEqualTo(new EngineMetricsView(true, "1.79580592832e+09", 9));
    }

    @Test
    void countsAllSeriesAndLargeNumbers() {
        assertThat(
                        scan(
                                "engine_daemon_events_total{action=\"die\"} 1.234567e+06\nengine_daemon_events_total{a=\"b\"} 3"))
                .isEqualTo(new EngineMetricsView(true, "", 1_234_570));
        assertThat(scan("engine_daemon_events_total 7 1795805928000\r\n").events())
                .as("with a timestamp")
                .isEqualTo(7);
    }

    @Test
    void readsWhatTheEngineSaysOfItself() {
        assertThat(EngineMetricsView.info(Samples.metrics(), "version")).startsWith("20.10.");
        assertThat(EngineMetricsView.info(Samples.metrics(), "daemon_id")).hasSize(59);
        assertThat(EngineMetricsView.info(Samples.metrics(), "os_type")).isEqualTo("linux");
        assertThat(EngineMetricsView.info(Samples.metrics(), "id")).isEmpty();
        byte[] first = "engine_daemon_engine_info{version=\"1\"} 1\n".getBytes(StandardCharsets.UTF_8);
        assertThat(EngineMetricsView.info(first, "version")).isEqualTo("1");
    }

    @Test
    void whatIsNotThereIsNotKnown() {
        assertThat(scan("")).isEqualTo(new EngineMetricsView(false, "", -1));
        assertThat(scan("<html>log in</html>").ofEngine()).isFalse();
        assertThat(scan("engine_daemon_events_total x").events()).isEqualTo(-1);
        assertThat(scan("# HELP engine_daemon_events_total 9\nengine_daemon_events_subscribers_total 4"))
                .isEqualTo(new EngineMetricsView(true, "", -1));
    }
}

package dev.shiplog.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    @Test
    void aVariableThatIsMisspeltIsTold() throws UsageException {
        Map<String, String> environment = new HashMap<>();
        for (String option : RecorderConfig.OPTIONS) {
            environment.put("SHIPLOG_" + option.toUpperCase(Locale.ROOT).replace('-', '_'), "");
        }
        environment.putAll(Map.of(
                "SHIPLOG_CONFIG", "",
                "SHIPLOG_JAVA_OPTS", "-Xmx200m",
                "SHIPLOG_DEFAULT_LISTEN", "0.0.0.0:9200",
                "SHIPLOG_SERVICE_HOST", "10.0.0.1",
                "SHIPLOG_PORT_9200_TCP_ADDR", "10.0.0.1",
                "SHIPLOGS", "x"));
        assertThat(new Settings(Map.of(), environment, RecorderConfig.OPTIONS).unknown())
                .isEmpty();
        environment.putAll(Map.of("SHIPLOG_LGOS", "ends", "SHIPLOG_KEEP_FR", "3d"));
        assertThat(new Settings(Map.of(), environment, RecorderConfig.OPTIONS).unknown())
                .isEqualTo(List.of("SHIPLOG_KEEP_FR", "SHIPLOG_LGOS"));
    }
}

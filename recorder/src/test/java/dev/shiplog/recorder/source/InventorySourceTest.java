package dev.shiplog.recorder.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.live.Inventory;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InventorySourceTest {
    private final SourceHarness harness = new SourceHarness();
    private final Map<String, Object> answers = new ConcurrentHashMap<>(Map.of(
            "/images/json", "[{\"Id\":\"a\",\"RepoTags\":[\"x\",\"y\"]},{\"Id\":\"b\"}]",
            "/volumes", "{\"Warnings\":[1,2],\"Volumes\":[{\"Name\":\"v\",\"Options\":{}},{},{}]}",
            "/networks", "[{},{},{},{}]"));
    private final FakeEngine engine = new FakeEngine(path -> {
        if (answers.get(path) instanceof IOException e) {
            throw e;
        }
        return ((String) answers.get(path)).getBytes(UTF_8);
    });
    private final Inventory inventory = new Inventory();
    private volatile boolean up = true;

    @BeforeEach
    void start() {
        InventorySource source = new InventorySource(engine, harness.clock, inventory, () -> up);
        harness.opened.add(source);
        source.start();
        awaitCounts(2, 3, 4);
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    private void awaitCounts(long images, long volumes, long networks) {
        await().untilAsserted(() -> {
            assertThat(inventory.of("images").number()).isEqualTo(images);
            assertThat(inventory.of("volumes").number()).isEqualTo(volumes);
            assertThat(inventory.of("networks").number()).isEqualTo(networks);
        });
    }

    private long asked(String path) {
        return engine.asked.stream().filter(path::equals).count();
    }

    @Test
    void eachIsAskedForOnceAMinute() {
        answers.put("/images/json", "[]");
        answers.put("/volumes", "{\"Volumes\":null}");
        harness.pass(Duration.ofSeconds(50));
        await().during(Duration.ofMillis(1500)).until(() -> engine.asked.size() == 3);
        harness.pass(Duration.ofSeconds(10));
        awaitCounts(0, 0, 4);
        assertThat(engine.asked).hasSize(6);
        assertThat(inventory.of("images").failures()).isZero();
    }

    @Test
    void whatAProxyRefusesIsAbsentAndAskedForAgainAfterTenMinutes() {
        for (int status : new int[] {403, 404}) {
            answers.put("/volumes", new EngineStatusException("/volumes", status, "Forbidden"));
            harness.pass(Duration.ofMinutes(1));
            awaitCounts(2, Inventory.UNKNOWN, 4);
            long failures = inventory.of("volumes").failures();
            long asked = asked("/volumes");
            up = false; // a new connection is no reason to ask again
            awaitCounts(Inventory.UNKNOWN, Inventory.UNKNOWN, Inventory.UNKNOWN);
            up = true;
            harness.pass(Duration.ofMinutes(9));
            awaitCounts(2, Inventory.UNKNOWN, 4);
            await().during(Duration.ofMillis(1500)).until(() -> asked("/volumes") == asked);
            assertThat(inventory.of("volumes").failures()).isEqualTo(failures);
            answers.put("/volumes", "{\"Volumes\":[{},{},{}]}");
            harness.pass(Duration.ofMinutes(1));
            awaitCounts(2, 3, 4);
        }
        assertThat(inventory.of("volumes").failures()).isEqualTo(2);
    }

    @Test
    void whatIsNoListOrCutIsAFailureAndNoNumber() {
        long failures = 0;
        for (String answer :
                new String[] {"{}", "", "7", "[{},{}", "[{},", "[{},]x", "{\"message\":\"no\"}", "null", "<html>"}) {
            answers.put("/networks", answer);
            harness.pass(Duration.ofMinutes(1));
            long expected = ++failures;
            await(answer).until(() -> inventory.of("networks").failures() == expected);
            awaitCounts(2, 3, Inventory.UNKNOWN);
        }
    }

    @Test
    void anEngineThatIsAwayHasNone() {
        up = false;
        awaitCounts(Inventory.UNKNOWN, Inventory.UNKNOWN, Inventory.UNKNOWN);
        assertThat(engine.asked).hasSize(3);
        answers.put("/images/json", "[{}]");
        up = true;
        awaitCounts(1, 3, 4);
    }
}

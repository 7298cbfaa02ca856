package dev.shiplog.recorder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.testkit.ScriptedEngine;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A scripted engine and its client, new for each test. */
abstract class OnScriptedEngine {
    static final Duration PATIENCE = Duration.ofMillis(1500);

    @TempDir
    Path directory;

    ScriptedEngine scripted;
    Watchdog watchdog;
    Engine engine;

    @BeforeEach
    void open() throws IOException {
        scripted = ScriptedEngine.at(directory.resolve("docker.sock")).tick(Duration.ofMillis(5));
        watchdog = new Watchdog();
        engine = new DockerEngine(EngineAddress.of(scripted.address(), Map.of()), watchdog, PATIENCE);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
        watchdog.close();
        scripted.close();
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static int openFiles() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }
}

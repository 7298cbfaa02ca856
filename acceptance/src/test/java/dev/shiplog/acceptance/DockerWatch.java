package dev.shiplog.acceptance;

import dev.shiplog.testkit.Exchange;
import dev.shiplog.testkit.Tee;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A {@code docker stats} that runs until it is closed, behind a tee of its own: what it printed, and what it was sent. */
final class DockerWatch implements Closeable {
    private static final Pattern ANSWER = Pattern.compile("/v[\\d.]+/containers/([0-9a-f]+)/stats\\?.*stream=1.*");

    private final FigureFleet fleet;
    private final Tee tee;
    private final Process docker;
    private final Path output;

    private DockerWatch(FigureFleet fleet, Tee tee, Process docker, Path output) {
        this.fleet = fleet;
        this.tee = tee;
        this.docker = docker;
        this.output = output;
    }

    /** @param engine its socket */
    static DockerWatch of(FigureFleet fleet, Path engine, Path directory) throws IOException {
        Path home = Files.createTempDirectory(directory, "watch");
        Path socket = home.resolve("tee.sock");
        Tee tee = Tee.at(socket, engine, home.resolve("answers"));
        Path output = home.resolve("rows");
        Process docker = FigureFleet.command(socket, "stats", "--no-trunc", "--format", "{{json .}}")
                .redirectOutput(output.toFile())
                .redirectError(home.resolve("errors").toFile())
                .start();
        return new DockerWatch(fleet, tee, docker, output);
    }

    List<String> lines() throws IOException {
        return Files.readAllLines(output);
    }

    /** The samples of each container that it was sent; those of containers that do not run left out. */
    Map<String, List<DockerFigures>> streams() throws IOException {
        Map<String, List<DockerFigures>> streams = new HashMap<>();
        for (Map.Entry<String, List<byte[]>> sent : payloads().entrySet()) {
            List<DockerFigures> frames = streams.computeIfAbsent(sent.getKey(), id -> new ArrayList<>());
            for (byte[] payload : sent.getValue()) {
                DockerFigures frame = DockerFigures.of(payload);
                if (frame != null) {
                    frames.add(frame);
                }
            }
        }
        return streams;
    }

    /** The same as they were sent, by the id of the container; those of a container that is not of the fleet left out. */
    Map<String, List<byte[]>> payloads() throws IOException {
        Map<String, List<byte[]>> payloads = new HashMap<>();
        for (Exchange exchange : tee.exchanges()) {
            Matcher target = ANSWER.matcher(exchange.target());
            if (target.matches()) {
                for (String id : fleet.ids()) {
                    if (id.startsWith(target.group(1))) {
                        payloads.computeIfAbsent(id, sent -> new ArrayList<>()).addAll(exchange.lines());
                    }
                }
            }
        }
        return payloads;
    }

    @Override
    public void close() throws IOException {
        docker.destroy();
        try {
            docker.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tee.close();
    }
}

package dev.shiplog.recorder.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ImageSourceTest {
    private static final String OLD = "sha256:aa";
    private static final String NEW = "sha256:bb";

    private final SourceHarness sources = new SourceHarness();
    /** By reference, the answer. */
    private final Map<String, String> answers = new ConcurrentHashMap<>();

    private final FakeEngine engine = new FakeEngine(path -> {
        String reference = path.substring("/images/".length(), path.length() - "/json".length());
        String answer = answers.get(reference);
        if (answer == null) {
            throw new EngineStatusException(path, 404, "No such image: " + reference);
        }
        return answer.getBytes(UTF_8);
    });
    private final ImageSource images = images(engine);

    private ImageSource images(FakeEngine of) {
        ImageSource source = new ImageSource(of, sources.clock, sources.queue, Redaction.ENV, sources.destroyed);
        sources.opened.add(source);
        return source;
    }

    @AfterEach
    void close() throws Exception {
        sources.close();
    }

    private static Container container(String id, String image) {
        return new Container(id, "n", "shop:1", image, Map.of(), true);
    }

    private static String image(String id, String tags) {
        return "{\"Id\":\"" + id + "\",\"RepoTags\":[" + tags + "]}";
    }

    private List<String> recorded(int count) {
        await().until(() -> sources.texts(Kind.IMAGE).size() >= count);
        return sources.texts(Kind.IMAGE);
    }

    @Test
    void anImageInUseIsDescribedOnceHoweverManyContainersThereAre() {
        answers.put(OLD, image(OLD, "\"shop:1\""));
        for (int i = 0; i < 20; i++) {
            images.used(container("c" + i, OLD));
        }
        assertThat(recorded(1)).containsExactly(answers.get(OLD));
        assertThat(sources.records(record -> record.kind() == Kind.IMAGE))
                .extracting(Record::subject)
                .containsExactly(OLD);
        images.disconnected();
        images.used(container("c0", OLD));
        await().until(() -> engine.asked.size() == 2);
        answers.put(NEW, image(NEW, ""));
        images.used(container("c20", NEW));
        assertThat(recorded(2)).containsExactly(answers.get(OLD), answers.get(NEW));
        assertThat(engine.asked).hasSize(3);
    }

    @Test
    void whereATagMovesBothImagesAreDescribedAndTheOldDescriptionStays() {
        String before = image(OLD, "\"shop:1\"");
        answers.put(OLD, before);
        images.used(container("c", OLD));
        recorded(1);
        String after = image(OLD, "");
        answers.put(OLD, after);
        answers.put(NEW, image(NEW, "\"shop:1\""));
        images.imageChanged(NEW, Set.of("shop:1"));
        assertThat(recorded(3)).containsExactlyInAnyOrder(before, after, answers.get(NEW));
    }

    @Test
    void aPullNamesAnImageAndTheAnswerTellsWhich() {
        answers.put("reg.example:5000/team/shop:1", image(NEW, "\"reg.example:5000/team/shop:1\""));
        images.imageChanged("reg.example:5000/team/shop:1", Set.of("reg.example:5000/team/shop"));
        recorded(1);
        assertThat(sources.records(record -> record.kind() == Kind.IMAGE))
                .extracting(Record::subject)
                .containsExactly(NEW);
    }

    @Test
    void whatIsNoReferenceIsNotAskedFor() {
        answers.put(OLD, image(OLD, ""));
        for (String odd : List.of("", "..", "a/../containers", "a//b", "a?b", "/a", "a/", "a b")) {
            images.imageChanged(odd, Set.of(""));
            images.used(container("c", odd));
        }
        images.imageChanged(OLD, Set.of(""));
        recorded(1);
        assertThat(engine.asked).containsExactly("/images/" + OLD + "/json");
    }

    @Test
    void secretsOfTheEnvironmentAreTakenOutAndSaid() throws IOException {
        answers.put(OLD, "{\"Id\":\"" + OLD + "\",\"Config\":{\"Env\":[\"PASSWORD=hunter2\"]}}");
        images.imageChanged(OLD, Set.of(""));
        assertThat(recorded(1)).singleElement().asString().contains("PASSWORD=<redacted>");
        assertThat(Mark.fromJson(sources.records(record -> record.kind() == Kind.MARK)
                        .get(0)
                        .payload()))
                .isEqualTo(new Mark.Redaction(OLD, "env", List.of("Config.Env.PASSWORD")));
    }

    @Test
    void theSnapshotHasWhatIsInUseEvenOfAnEarlierRun() {
        String description = "{\"Id\":\"c\",\"Image\":\"" + OLD + "\",\"Config\":{\"Image\":\"shop:1\"}}";
        images.restore(new Record(0, Kind.INSPECT, "c", 1, 1, 1, description.getBytes(UTF_8)), null);
        for (String id : List.of(OLD, NEW)) {
            byte[] payload = image(id, "\"t:" + id.charAt(7) + "\"").getBytes(UTF_8);
            images.restore(new Record(0, Kind.IMAGE, id, 1, 1, 1, payload), null);
        }
        assertThat(images.snapshot()).extracting(Record::subject).containsExactly(OLD);
        images.imageGone(OLD); // by force
        assertThat(images.snapshot()).hasSize(1);
        answers.put(OLD, image(OLD, "\"t:a\""));
        images.used(container("c", OLD));
        await().until(() -> engine.asked.size() == 1);
        answers.put(NEW, image(NEW, ""));
        images.imageChanged("", Set.of("t:b"));
        assertThat(recorded(1)).containsExactly(answers.get(NEW));
        images.gone("c");
        assertThat(images.snapshot()).isEmpty();
    }

    @Test
    void anImageThatWasDeletedIsNewsWhenItComesAgain() {
        answers.put(OLD, image(OLD, ""));
        images.imageChanged(OLD, Set.of(""));
        recorded(1);
        images.imageGone(OLD);
        images.imageChanged(OLD, Set.of(""));
        assertThat(recorded(2)).hasSize(2);
    }

    @Test
    void anImageThatIsGoneIsNoGapUnlessAContainerWasMadeOfIt() {
        images.imageChanged(OLD, Set.of(""));
        await().until(() -> engine.asked.size() == 1);
        images.used(container("c", NEW));
        await().until(() -> !sources.gaps(Kind.IMAGE).isEmpty());
        assertThat(sources.gaps(Kind.IMAGE)).extracting(Mark.Gap::subject).containsExactly(NEW);
    }

    @Test
    void aProxyThatForbidsImagesIsToldOfOnceAndAsksNoMoreThanTwoAtATime() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch answering = new CountDownLatch(1);
        FakeEngine proxy = new FakeEngine(path -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            try {
                answering.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            now.decrementAndGet();
            throw new EngineStatusException(path, path.contains("404") ? 404 : 403, "<html>Forbidden</html>");
        });
        ImageSource forbidden = images(proxy);
        for (int i = 0; i < 50; i++) {
            forbidden.imageChanged("sha256:a" + i, Set.of(""));
            forbidden.imageChanged("sha256:404a" + i, Set.of(""));
        }
        await().until(() -> proxy.asked.size() == 2);
        answering.countDown();
        await().until(() -> proxy.asked.size() == 100);
        await().until(() -> sources.gaps(Kind.IMAGE).size() == 2);
        assertThat(most).hasValueLessThanOrEqualTo(2);
        forbidden.close();
        assertThat(sources.gaps(Kind.IMAGE))
                .hasSize(4)
                .last()
                .satisfies(gap -> assertThat(gap.reason()).endsWith(", and others"));
    }
}

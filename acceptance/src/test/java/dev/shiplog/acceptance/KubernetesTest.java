package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.shiplog.recorder.RecorderOptions;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The DaemonSet is what the API of Kubernetes calls one, to each field, and its parts fit together. It was never run: there
 * is neither a cluster here nor a registry for its image.
 */
class KubernetesTest {
    private static final Path FILE = Path.of("..", "deploy", "kubernetes", "daemonset.yaml");

    /** The model gathers fields that it does not know; here they are mistakes. */
    private static final ObjectMapper STRICT = new ObjectMapper()
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }

                @Override
                public boolean hasIgnoreMarker(AnnotatedMember member) {
                    return member.getName().equals("additionalProperties") || super.hasIgnoreMarker(member);
                }
            });

    private static DaemonSet parse(String yaml) {
        Object root = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        return STRICT.convertValue(root, DaemonSet.class);
    }

    private static DaemonSet daemonSet() throws IOException {
        return parse(Files.readString(FILE));
    }

    @Test
    void hasNoFieldThatKubernetesDoesNotKnow() throws IOException {
        DaemonSet daemonSet = daemonSet();
        assertThat(daemonSet.getApiVersion()).isEqualTo("apps/v1");
        assertThat(daemonSet.getKind()).isEqualTo("DaemonSet");
        String text = Files.readString(FILE);
        for (String field :
                List.of("readOnlyRootFilesystem", "mountPath", "periodSeconds", "nodeSelector", "hostPath")) {
            assertThatThrownBy(() -> parse(text.replaceFirst(field, field + "s")))
                    .as(field)
                    .hasRootCauseInstanceOf(UnrecognizedPropertyException.class);
        }
    }

    @Test
    void selectsItsOwnPodsAndMountsWhatItNames() throws Exception {
        DaemonSet daemonSet = daemonSet();
        assertThat(daemonSet.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(daemonSet.getSpec().getSelector().getMatchLabels());
        PodSpec pod = daemonSet.getSpec().getTemplate().getSpec();
        assertThat(pod.getContainers()).hasSize(1);
        Container recorder = pod.getContainers().get(0);
        Map<String, VolumeMount> mounts =
                recorder.getVolumeMounts().stream().collect(Collectors.toMap(VolumeMount::getName, mount -> mount));
        Map<String, Volume> volumes =
                pod.getVolumes().stream().collect(Collectors.toMap(Volume::getName, volume -> volume));
        assertThat(mounts.keySet()).isEqualTo(volumes.keySet());
        Map<String, String> environment =
                recorder.getEnv().stream().collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
        RecorderOptions.check(List.of(), environment);

        VolumeMount run = mounts.get("run");
        assertThat(run.getReadOnly()).isTrue();
        assertThat(environment).containsEntry("SHIPLOG_DOCKER_HOST", "unix://" + run.getMountPath() + "/docker.sock");
        assertThat(volumes.get("run").getHostPath().getType()).isEqualTo("Directory");
        assertThat(mounts.get("journal").getMountPath()).isEqualTo("/srv/events");
        assertThat(mounts.get("journal").getReadOnly()).isNotEqualTo(true);
        assertThat(volumes.get("journal").getHostPath().getPath()).isEqualTo("/var/lib/shiplog");
        assertThat(recorder.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(recorder.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(recorder.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    }

    @Test
    void isScrapedAndProbedWhereTheRecorderListens() throws IOException {
        DaemonSet daemonSet = daemonSet();
        Container recorder =
                daemonSet.getSpec().getTemplate().getSpec().getContainers().get(0);
        int port = recorder.getPorts().get(0).getContainerPort();
        assertThat(recorder.getEnv())
                .filteredOn(variable -> variable.getName().equals("SHIPLOG_LISTEN"))
                .singleElement()
                .satisfies(variable -> assertThat(variable.getValue()).isEqualTo("0.0.0.0:" + port));
        assertThat(daemonSet.getSpec().getTemplate().getMetadata().getAnnotations())
                .containsEntry("prometheus.io/scrape", "true")
                .containsEntry("prometheus.io/port", String.valueOf(port))
                .containsEntry("prometheus.io/path", "/metrics");
        HTTPGetAction live = recorder.getLivenessProbe().getHttpGet();
        HTTPGetAction ready = recorder.getReadinessProbe().getHttpGet();
        assertThat(List.of(live.getPath(), ready.getPath())).containsExactly("/health", "/ready");
        assertThat(List.of(live.getPort().getStrVal(), ready.getPort().getStrVal()))
                .containsOnly(recorder.getPorts().get(0).getName());
        Quantity request = recorder.getResources().getRequests().get("memory");
        Quantity limit = recorder.getResources().getLimits().get("memory");
        assertThat(request.getNumericalAmount()).isLessThan(limit.getNumericalAmount());
        assertThat(limit.getNumericalAmount().longValueExact())
                .as("the heap of scripts/recorder.options, what is beside it, and pages of the journal")
                .isGreaterThan((160 + 50) << 20);
    }
}

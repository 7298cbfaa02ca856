# Sourced by the scripts in this directory: builds the benchmarks' jar if it is missing or older than the sources.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jar=$root/benchmarks/target/shiplog-benchmarks.jar
if [ ! -f "$jar" ] || [ -n "$(find "$root" -name '*.java' -newer "$jar" -not -path '*/test/*' -print -quit)" ]; then
  echo "building $jar" >&2
  (cd "$root" && mvn -q -B -Dquick -DskipTests -pl benchmarks -am package) >&2
fi

# Runs a class of the benchmarks.
bench_java() {
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" --add-opens java.base/java.lang.reflect=ALL-UNNAMED \
    --add-opens java.base/sun.nio.ch=ALL-UNNAMED --add-exports java.base/jdk.internal.ref=ALL-UNNAMED -cp "$jar" "$@"
}
